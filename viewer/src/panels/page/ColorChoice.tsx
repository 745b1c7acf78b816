/** What the colors of the map stand for, to choose from. */
import { decodeColoring, encodeColoring } from '../../derive/coloring-text.js';
import { rowName } from '../../derive/compared/conditions.js';
import { moduleName, type View } from '../../derive/view.js';
import { count, featureName } from '../../derive/words.js';
import { colorBy, openModule } from '../../state/store.js';

interface Choices {
  readonly title: string;
  readonly options: readonly { readonly value: string; readonly name: string }[];
}

export function ColorChoice({ view }: { view: View }) {
  return (
    <label class="choice">
      <span>Color by</span>
      <select
        value={encodeColoring(view, colorBy.value)}
        onChange={(event) => {
          const next = decodeColoring(view, event.currentTarget.value);
          colorBy.value = next;
          openModule.value = next.by === 'module' ? next.module : null;
        }}
      >
        <option value="strongest">strongest module</option>
        {(colorBy.value.by === 'groups' || colorBy.value.by === 'group') && (
          <option value={encodeColoring(view, colorBy.value)}>
            {colorBy.value.by === 'groups'
              ? 'strongest group of modules'
              : `group G${colorBy.value.group + 1}`}
          </option>
        )}
        <option value="density">density</option>
        {choicesOf(view).map(({ title, options }) => (
          <optgroup key={title} label={title}>
            {options.map(({ value, name }) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

/** Everything that has a value at each sample, by kind; kinds of which there is nothing are left out. */
function choicesOf(view: View): Choices[] {
  const { explanation } = view;
  const modules = (by: 'module' | 'score') =>
    explanation.descriptions.map((_, module) => ({
      value: `${by}:${module}`,
      name: `${by === 'score' ? 'score of ' : ''}${moduleName(explanation, module)}`,
    }));
  const features = explanation.image ? [] : [...(explanation.values?.features ?? [])];
  return [
    {
      title: 'Labels and metadata',
      options: view.columns.map(({ name, missing }, column) => ({
        value: encodeColoring(view, { by: 'column', column }),
        name: missing > 0 ? `${name} (${count(missing)} without)` : name,
      })),
    },
    { title: 'Difference of presence between conditions', options: comparedRow(view) },
    { title: 'Trust', options: explanation.trust ? TRUST : [] },
    { title: 'Presence of a module', options: modules('module') },
    { title: 'Score of a module', options: view.scores.length > 0 ? modules('score') : [] },
    {
      title: 'Value of a feature',
      options: features.map((feature) => ({
        value: `feature:${feature}`,
        name: featureName(explanation, feature),
      })),
    },
  ].filter(({ options }) => options.length > 0);
}

/** The row of the comparison that the map shows; rows are chosen under Conditions. */
function comparedRow(view: View): Choices['options'] {
  const by = colorBy.value;
  const row = by.by === 'difference' ? view.comparison?.rows[by.row] : undefined;
  return row ? [{ value: encodeColoring(view, by), name: rowName(view.explanation, row) }] : [];
}

const TRUST: Choices['options'] = [
  { value: 'trust', name: 'trust at each sample' },
  { value: 'torn', name: 'torn apart' },
  { value: 'glued', name: 'glued together' },
];
