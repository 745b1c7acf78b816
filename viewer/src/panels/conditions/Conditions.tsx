/** What differs between two conditions, module by module, as `whymap compare` found it. */
import { useState } from 'preact/hooks';
import type { ComparedRow } from 'whymap/lava';
import { type Comparison, rowName } from '../../derive/compared/conditions.js';
import type { View } from '../../derive/view.js';
import { capitalized } from '../../derive/words.js';
import { colorBy, selectModule } from '../../state/store.js';
import { Block } from '../parts/Block.js';
import { SaveFigure } from '../parts/SaveFigure.js';
import { decidedBy, MEASURE_WORDS, Replicates, type UnitMeasure } from './Replicates.js';
import { Verdicts } from './Verdicts.js';

export function Conditions({ view }: { view: View }) {
  const found = view.comparison;
  const [opened, setOpened] = useState<ComparedRow | null>(null);
  if (!found) return null;
  return (
    <div class="detail">
      <Block title={`${found.case} against ${found.control}`}>
        <Sentences lines={found.sentences} />
      </Block>
      {opened && <Opened key={`${opened.module} ${opened.stratum}`} view={view} found={found} row={opened} />}
      <Verdicts
        view={view}
        found={found}
        opened={opened}
        onOpen={(row) => {
          setOpened(row);
          showOnMap(view, found, row);
        }}
      />
    </div>
  );
}

/** The sentences of the terminal; findings stand under their stratum, of which the first is open. */
function Sentences({ lines }: { lines: readonly string[] }) {
  const groups: { head: string; items: string[] }[] = [];
  for (const line of lines) {
    if (line.startsWith(' ')) groups.at(-1)?.items.push(line.replace(/^[\s-]+/, ''));
    else groups.push({ head: line, items: [] });
  }
  const first = groups.find(({ items }) => items.length > 0);
  return (
    <>
      {groups.map((group) =>
        group.items.length === 0 ? (
          <p key={group.head}>{group.head}</p>
        ) : (
          <details key={group.head} class="stratum" open={group === first}>
            <summary>{group.head}</summary>
            <ul class="sentences findings">
              {group.items.map((item) => (
                <li key={item}>{item}</li>
              ))}
            </ul>
          </details>
        ),
      )}
    </>
  );
}

/** Colors the map by where the presence differs; by the module's presence where that is not known place by place. */
function showOnMap(view: View, found: Comparison, row: ComparedRow): void {
  const module = view.explanation.descriptions.findIndex(({ id }) => id === row.module);
  if (row.presenceDifferences) colorBy.value = { by: 'difference', row: found.rows.indexOf(row) };
  else if (module >= 0) colorBy.value = { by: 'module', module };
}

interface OpenedProps {
  readonly view: View;
  readonly found: Comparison;
  readonly row: ComparedRow;
}

/** One row: every replicate, what is known of the module, and its colors on the map. */
function Opened({ view, found, row }: OpenedProps) {
  const [what, setWhat] = useState(decidedBy(row));
  return (
    <Block
      title={`${rowName(view.explanation, row)}: ${row.verdict}`}
      note={row.flags.join('; ') || undefined}
    >
      <MeasureSwitch row={row} what={what} onChoose={setWhat} />
      <SaveFigure name={`${row.module} ${row.stratum} ${found.case} against ${found.control}`}>
        <Replicates row={row} found={found} what={what} />
      </SaveFigure>
      <Actions view={view} found={found} row={row} />
      {!row.presenceDifferences && (
        <p class="note">
          Found on one condition alone, in localities of its own: the map cannot show where it differs.
        </p>
      )}
    </Block>
  );
}

interface MeasureProps {
  readonly row: ComparedRow;
  readonly what: UnitMeasure;
  readonly onChoose: (what: UnitMeasure) => void;
}

/** Whether replicates show that features move together (presence), or at which level they are (relative score). */
function MeasureSwitch({ row, what, onChoose }: MeasureProps) {
  if (row.units.every(({ relativeScore }) => relativeScore === null)) return null;
  return (
    <fieldset class="switch" aria-label="What is drawn of each replicate">
      {(['presence', 'relativeScore'] as const).map((each) => (
        <button
          key={each}
          type="button"
          class="text-button"
          aria-pressed={what === each}
          onClick={() => onChoose(each)}
        >
          {capitalized(MEASURE_WORDS[each])}
        </button>
      ))}
    </fieldset>
  );
}

/** Where on the map the row differs, and the card of its module. */
function Actions({ view, found, row }: OpenedProps) {
  const module = view.explanation.descriptions.findIndex(({ id }) => id === row.module);
  return (
    <p class="actions">
      {row.presenceDifferences && (
        <button type="button" class="button" onClick={() => showOnMap(view, found, row)}>
          Difference on the map
        </button>
      )}
      {module >= 0 && view.scores.length > 0 && (
        <button
          type="button"
          class="button"
          onClick={() => {
            colorBy.value = { by: 'score', module };
          }}
        >
          Score on the map
        </button>
      )}
      {module >= 0 && (
        <button type="button" class="button" onClick={() => selectModule(module)}>
          Open {row.module}
        </button>
      )}
    </p>
  );
}
