/** Values of a feature, a module's presence or a column of numbers, group by group. */
import { bin, extent, mean, quantileSorted } from 'd3-array';
import { carriedValues } from 'whymap/lava';
import type { Column, GroupColumn } from './columns.js';
import { moduleName, type View } from './view.js';
import { featureName } from './words.js';

/** What is compared between groups. */
export type Measure =
  | { readonly kind: 'feature'; readonly feature: number }
  | { readonly kind: 'module' | 'score'; readonly module: number }
  | { readonly kind: 'column'; readonly column: number };

/** A measure as a short text: `feature:12`, `module:3`, `score:3`, `column:0`. */
export function measureText(measure: Measure): string {
  if ('feature' in measure) return `feature:${measure.feature}`;
  return 'column' in measure ? `column:${measure.column}` : `${measure.kind}:${measure.module}`;
}

export function measureFrom(text: string): Measure {
  const [kind, number] = text.split(':');
  if (kind === 'feature') return { kind, feature: Number(number) };
  if (kind === 'column') return { kind, column: Number(number) };
  return { kind: kind === 'score' ? 'score' : 'module', module: Number(number) };
}

export function measureName(view: View, measure: Measure): string {
  if (measure.kind === 'feature') return featureName(view.explanation, measure.feature);
  if (measure.kind === 'column') return view.columns[measure.column].name;
  return `${measure.kind === 'score' ? 'score' : 'presence'} of ${moduleName(view.explanation, measure.module)}`;
}

/** One value a sample; NaN where there is none. */
export function measureValues(view: View, measure: Measure): ArrayLike<number> {
  if (measure.kind === 'feature') return carriedValues(view.explanation, measure.feature) ?? [];
  if (measure.kind === 'module') return view.presence[measure.module].values;
  if ('module' in measure) return view.scores[measure.module];
  const column: Column = view.columns[measure.column];
  return column.kind === 'numeric' ? column.values : [];
}

export interface Group {
  readonly level: string;
  /** Index of the level of the column that splits; 0 without one. */
  readonly part: number;
  /** Ascending, without missing ones. */
  readonly values: Float64Array;
  /** Samples of the group without a value. */
  readonly missing: number;
}

/**
 * The values by the levels of one column, split by those of another: levels in their order, parts within levels.
 * Samples without a level are left out; so are empty groups. @param rows the samples; null for all.
 */
export function groupValues(
  values: ArrayLike<number>,
  by: GroupColumn,
  split: GroupColumn | null,
  rows: ArrayLike<number> | null,
): Group[] {
  const parts = split?.levels.length ?? 1;
  const lists: number[][] = Array.from({ length: by.levels.length * parts }, () => []);
  const missing = new Array<number>(lists.length).fill(0);
  const length = rows?.length ?? values.length;
  for (let at = 0; at < length; at++) {
    const row = rows ? rows[at] : at;
    const [level, part] = [by.codes[row], split ? split.codes[row] : 0];
    if (level < 0 || part < 0) continue;
    if (Number.isNaN(values[row])) missing[level * parts + part]++;
    else lists[level * parts + part].push(values[row]);
  }
  return lists.flatMap((list, at) =>
    list.length + missing[at] === 0
      ? []
      : [
          {
            level: by.levels[Math.floor(at / parts)],
            part: at % parts,
            values: Float64Array.from(list).sort(),
            missing: missing[at],
          },
        ],
  );
}

export interface GroupFigures {
  readonly samples: number;
  readonly mean: number;
  readonly quartiles: readonly [number, number, number];
  /** Share of the values above 0. */
  readonly aboveZero: number;
}

export function groupFigures({ values }: Group): GroupFigures {
  const sorted = Array.from(values);
  const at = (share: number) => quantileSorted(sorted, share) ?? Number.NaN;
  return {
    samples: values.length,
    mean: mean(values) ?? Number.NaN,
    quartiles: [at(0.25), at(0.5), at(0.75)],
    aboveZero: values.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0) / Math.max(1, values.length),
  };
}

/** Smallest and largest value of all groups; a range around a single value. */
export function rangeOf(groups: readonly Group[]): [number, number] {
  const ends = groups.flatMap(({ values }) =>
    values.length > 0 ? [values[0], values[values.length - 1]] : [],
  );
  const [low, high] = extent(ends);
  if (low === undefined || high === undefined) return [0, 1];
  return low < high ? [low, high] : [low - 0.5, high + 0.5];
}

const DENSITY_STEPS = 48;

/**
 * Density of the values along a range, by Gaussian kernels of Silverman's width, 0 at its ends: points of (value,
 * density). One value has no density. Cost: values x steps.
 */
export function densityOf(values: Float64Array, [low, high]: readonly [number, number]): [number, number][] {
  const figures = groupFigures({ level: '', part: 0, values, missing: 0 });
  const spread = (figures.quartiles[2] - figures.quartiles[0]) / 1.34;
  const deviation = Math.sqrt(mean(Float64Array.from(values, (value) => (value - figures.mean) ** 2)) ?? 0);
  const narrow = Math.min(spread || deviation, deviation) || (high - low) / 40;
  const width = Math.max((high - low) / 80, 0.9 * narrow * values.length ** -0.2);
  const [from, to] = values.length > 0 ? [values[0], values[values.length - 1]] : [low, high];
  return Array.from({ length: DENSITY_STEPS + 1 }, (_, step) => {
    const value = from + ((to - from) * step) / DENSITY_STEPS;
    let sum = 0;
    for (const each of values) sum += Math.exp(-0.5 * ((value - each) / width) ** 2);
    return [value, sum / (values.length * width * Math.sqrt(2 * Math.PI))];
  });
}

const BINS = 24;

/** Shares of the group's values in equal bins of the range. */
export function histogramOf({ values }: Group, range: readonly [number, number]) {
  const step = (range[1] - range[0]) / BINS;
  const made = bin<number, number>()
    .domain([range[0], range[1]])
    .thresholds(Array.from({ length: BINS - 1 }, (_, i) => range[0] + (i + 1) * step))(values);
  return made.map((each) => ({
    from: each.x0 ?? range[0],
    to: each.x1 ?? range[1],
    share: each.length / Math.max(1, values.length),
    count: each.length,
  }));
}
