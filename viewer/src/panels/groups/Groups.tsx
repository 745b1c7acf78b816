/** A feature, a module's presence or a column of numbers by groups of samples: violins, dots or histograms. */
import { useMemo, useState } from 'preact/hooks';
import type { GroupColumn } from '../../derive/columns.js';
import {
  groupValues,
  type Measure,
  measureFrom,
  measureName,
  measureText,
  measureValues,
} from '../../derive/groups.js';
import type { View } from '../../derive/view.js';
import { featureName, plural } from '../../derive/words.js';
import { colorBy, openModule, region } from '../../state/store.js';
import { OpenComparison } from '../conditions/OpenComparison.js';
import { Block } from '../parts/Block.js';
import { SaveFigure } from '../parts/SaveFigure.js';
import { DotPlot } from './DotPlot.js';
import { Violins } from './GroupCharts.js';
import { Histograms } from './Histograms.js';

const KINDS = ['violin', 'dots', 'histogram'] as const;
type Kind = (typeof KINDS)[number];
const KIND_NAMES: Readonly<Record<Kind, string>> = {
  violin: 'Violins',
  dots: 'Dots',
  histogram: 'Histograms',
};
/** More groups than this are not legible in one chart: the chart says so and draws the first ones. */
const MOST_LEVELS = 24;

export function Groups({ view }: { view: View }) {
  const columns = view.columns.filter((column): column is GroupColumn => column.kind === 'categorical');
  const [chosen, setChosen] = useState<string | null>(null);
  const [by, setBy] = useState(0);
  const [split, setSplit] = useState(-1);
  const [kind, setKind] = useState<Kind>('violin');
  if (columns.length === 0) return <NoGroups view={view} />;
  const measure = chosen === null ? shownMeasure(view) : measureFrom(chosen);
  const [first, second] = [columns[by], split === by ? null : (columns[split] ?? null)];
  return (
    <div class="detail">
      <Block title="Groups" note={noteOf(first)}>
        <div class="region-builder">
          <div class="fields">
            <MeasureChoice view={view} measure={measure} onChoose={setChosen} />
            <ColumnChoice label="by" columns={columns} value={by} onChoose={setBy} />
            <ColumnChoice label="split by" columns={columns} value={split} onChoose={setSplit} none />
          </div>
        </div>
        <fieldset class="switch" aria-label="Kind of chart">
          {KINDS.map((each) => (
            <button
              key={each}
              type="button"
              class="text-button"
              aria-pressed={kind === each}
              onClick={() => setKind(each)}
            >
              {KIND_NAMES[each]}
            </button>
          ))}
        </fieldset>
        <Chart view={view} measure={measure} by={first} split={second} kind={kind} />
      </Block>
      <OpenComparison view={view} />
    </div>
  );
}

const noteOf = (by: GroupColumn): string =>
  region.value
    ? `Samples of the selection: ${region.value.name}.`
    : `All samples that have a value of ${by.name}.`;

function NoGroups({ view }: { view: View }) {
  return (
    <div class="empty">
      <h2>No groups to compare</h2>
      <p>
        This explanation has no labels and no metadata. Give a column with <code>--label</code>, or explain a
        file that has metadata, such as an .h5ad.
      </p>
      <OpenComparison view={view} />
    </div>
  );
}

/** What the map shows, where that is something to compare; else the first module. */
function shownMeasure(view: View): Measure {
  const by = colorBy.value;
  if (by.by === 'feature') return { kind: 'feature', feature: by.feature };
  if (by.by === 'module' || by.by === 'score') return { kind: by.by, module: by.module };
  if (by.by === 'column' && view.columns[by.column].kind === 'numeric')
    return { kind: 'column', column: by.column };
  return { kind: 'module', module: openModule.value ?? 0 };
}

interface ChartProps {
  readonly view: View;
  readonly measure: Measure;
  readonly by: GroupColumn;
  readonly split: GroupColumn | null;
  readonly kind: Kind;
}

function Chart({ view, measure, by, split, kind }: ChartProps) {
  const rows = region.value && region.value.rows.length > 1 ? region.value.rows : null;
  const groups = useMemo(
    () => groupValues(measureValues(view, measure), by, split, rows),
    [view, measureText(measure), by, split, rows],
  );
  const levels = [...new Set(groups.map(({ level }) => level))];
  const shown = groups.filter(({ level }) => levels.indexOf(level) < MOST_LEVELS);
  const name = measureName(view, measure);
  const missing = groups.reduce((sum, group) => sum + group.missing, 0);
  return (
    <SaveFigure name={`${name} by ${by.name}`}>
      {kind === 'dots' ? (
        <DotPlot view={view} measure={measure} by={by} split={split} rows={rows} />
      ) : kind === 'violin' ? (
        <Violins groups={shown} by={by} split={split} name={name} />
      ) : (
        <Histograms groups={shown} by={by} split={split} name={name} />
      )}
      {levels.length > MOST_LEVELS && (
        <p class="note">
          {plural(levels.length - MOST_LEVELS, 'more level')} of {by.name} are not drawn: select some samples
          to see fewer.
        </p>
      )}
      {missing > 0 && (
        <p class="note">{plural(missing, 'sample has', 'samples have')} no value and are left out.</p>
      )}
    </SaveFigure>
  );
}

function MeasureChoice(props: { view: View; measure: Measure; onChoose: (text: string) => void }) {
  const { view, measure, onChoose } = props;
  const { descriptions, values, image } = view.explanation;
  const numbers = view.columns.flatMap((column, index) =>
    column.kind === 'numeric' ? [{ column, index }] : [],
  );
  return (
    <label class="whole">
      <span>Show</span>
      <select value={measureText(measure)} onChange={(event) => onChoose(event.currentTarget.value)}>
        <optgroup label="Presence of a module: whether its features move together">
          {descriptions.map(({ id }, module) => (
            <option key={id} value={measureText({ kind: 'module', module })}>
              {measureName(view, { kind: 'module', module })}
            </option>
          ))}
        </optgroup>
        {view.scores.length > 0 && (
          <optgroup label="Score of a module: the level of its features">
            {descriptions.map(({ id }, module) => (
              <option key={id} value={measureText({ kind: 'score', module })}>
                {measureName(view, { kind: 'score', module })}
              </option>
            ))}
          </optgroup>
        )}
        {numbers.length > 0 && (
          <optgroup label="Numbers">
            {numbers.map(({ column, index }) => (
              <option key={column.name} value={measureText({ kind: 'column', column: index })}>
                {column.name}
              </option>
            ))}
          </optgroup>
        )}
        {values && !image && (
          <optgroup label="Value of a feature">
            {[...values.features].map((feature) => (
              <option key={feature} value={measureText({ kind: 'feature', feature })}>
                {featureName(view.explanation, feature)}
              </option>
            ))}
          </optgroup>
        )}
      </select>
    </label>
  );
}

interface ColumnChoiceProps {
  readonly label: string;
  readonly columns: readonly GroupColumn[];
  readonly value: number;
  readonly onChoose: (index: number) => void;
  readonly none?: boolean;
}

function ColumnChoice({ label, columns, value, onChoose, none = false }: ColumnChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChoose(Number(event.currentTarget.value))}>
        {none && <option value={-1}>nothing</option>}
        {columns.map(({ name }, index) => (
          <option key={name} value={index}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
