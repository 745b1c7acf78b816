/** The modules in fewer, coarser groups: how many, and what each holds. The map follows at once. */
import { useMemo } from 'preact/hooks';
import { type ModuleGroup, moduleGroups } from 'whymap/lava';
import { groupTitle } from '../../derive/group-coloring.js';
import { categoryColor } from '../../derive/palette.js';
import type { View } from '../../derive/view.js';
import { decimal, percent, plural } from '../../derive/words.js';
import { colorBy, groupCount, openModule, showGroups, theme } from '../../state/store.js';
import { ModuleCard } from './ModuleCard.js';

/** Fewer modules are seen at once. */
const FEW = 3;

/** The control: from all modules, each by itself, to one group. */
export function GroupChoice({ view }: { view: View }) {
  const { modules } = view.explanation;
  if (modules.hierarchy === undefined || modules.count < FEW) return null;
  const shown = groupCount.value ?? modules.count;
  const text =
    groupCount.value === null
      ? plural(shown, 'module')
      : `${plural(shown, 'group')} of ${modules.count} modules`;
  return (
    <label class="group-choice">
      <span>Coarser</span>
      <input
        type="range"
        min={1}
        max={modules.count}
        value={shown}
        aria-label="Number of groups of modules"
        aria-valuetext={text}
        onInput={(event) => {
          const next = Number(event.currentTarget.value);
          showGroups(next === modules.count ? null : next);
        }}
      />
      <span>Finer</span>
      <output>{text}</output>
    </label>
  );
}

/** Every group with the cards of its modules, largest share first. */
export function GroupedCards({ view, count }: { view: View; count: number }) {
  const groups = useMemo(() => moduleGroups(view.explanation, count), [view, count]);
  return (
    <>
      <p class="note">
        Small modules, and modules whose features are associated with one another, are joined first; nothing
        is fitted again. Coupling 1: as strongly between the modules as within them; 0: not at all.
      </p>
      {groups.map((group, g) => (
        <Group key={group.modules.join()} view={view} group={group} number={g} count={count} />
      ))}
    </>
  );
}

interface GroupProps {
  readonly view: View;
  readonly group: ModuleGroup;
  readonly number: number;
  readonly count: number;
}

function Group({ view, group, number, count }: GroupProps) {
  const isColored = colorBy.value.by === 'group' && colorBy.value.group === number;
  const color = () => {
    openModule.value = null;
    colorBy.value = isColored ? { by: 'groups', count } : { by: 'group', count, group: number };
  };
  const { modules, share, coupling } = group;
  return (
    <section class="module-group" aria-label={groupTitle(view, group, number)}>
      <h3>
        <button type="button" class="group-open" aria-pressed={isColored} onClick={color}>
          <i class="swatch" style={{ background: categoryColor(number, theme.value) }} />
          {groupTitle(view, group, number)}
        </button>
      </h3>
      <p class="note">
        {percent(share)} of association
        {coupling === null
          ? ', a module by itself'
          : `, ${modules.length} modules, coupling ${decimal(coupling)}`}
      </p>
      <details>
        <summary>{plural(modules.length, 'module')}</summary>
        <div class="cards">
          {modules.map((module) => (
            <ModuleCard key={module} view={view} module={module} />
          ))}
        </div>
      </details>
    </section>
  );
}
