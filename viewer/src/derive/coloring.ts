/** What the colors of the map say: a color number a sample, the colors, and the legend that explains them. */

import { amounts, type Coloring, type Legend, type LegendEntry } from './coloring-parts.js';
import {
  type Column,
  type GroupColumn,
  levelCode,
  missingCode,
  type NumberColumn,
  valueAt,
} from './columns.js';
import { difference } from './compared/difference.js';
import { density } from './grid.js';
import { presenceOfGroup, strongestGroup, strongestModule } from './group-coloring.js';
import { categoryColor, NEUTRAL, RAMP_STEPS, signRamp, type Theme } from './palette.js';
import { highest, quantile } from './presence.js';
import { moduleName, type View } from './view.js';
import { capitalized, decimal, featureName, percent, presenceMeaning, signed } from './words.js';

export type ColorBy =
  | { readonly by: 'strongest' }
  /** The strongest of `count` groups of modules. */
  | { readonly by: 'groups'; readonly count: number }
  /** Presence of one of `count` groups. */
  | { readonly by: 'group'; readonly count: number; readonly group: number }
  | { readonly by: 'module'; readonly module: number }
  | { readonly by: 'score'; readonly module: number }
  /** Difference of presence between the conditions of the comparison, by its row. */
  | { readonly by: 'difference'; readonly row: number }
  | { readonly by: 'feature'; readonly feature: number }
  | { readonly by: 'column'; readonly column: number }
  | { readonly by: 'density' }
  | { readonly by: 'trust' }
  | { readonly by: 'torn' }
  | { readonly by: 'glued' };

export function coloring(view: View, by: ColorBy, theme: Theme): Coloring {
  switch (by.by) {
    case 'strongest':
      return strongestModule(view, theme);
    case 'groups':
      return strongestGroup(view, by.count, theme);
    case 'group':
      return presenceOfGroup(view, by, theme);
    case 'module':
      return presence(view, by.module, theme);
    case 'score':
      return score(view, by.module, theme);
    case 'difference':
      return difference(view, by.row, theme) ?? strongestModule(view, theme);
    case 'feature':
      return feature(view, by.feature, theme);
    case 'column': {
      const column = view.columns[by.column];
      return column.kind === 'numeric' ? numbers(column, theme) : levels(view, column, theme);
    }
    case 'density':
      return amounts(density(view.drawing), 1, theme, {
        title: 'Density',
        note: 'samples nearby, relative to the densest region',
        low: 'few',
        high: 'many',
      });
    case 'trust':
    case 'torn':
    case 'glued':
      return trust(view, by.by, theme);
  }
}

/** Untrustworthy regions are the dark end and lie on top: they are what a person looks for. */
function trust(view: View, by: 'trust' | 'torn' | 'glued', theme: Theme): Coloring {
  const layer = view.explanation.trust;
  if (!layer) return strongestModule(view, theme);
  if (by === 'trust') {
    const doubt = layer.value.map((value) => 1 - value);
    const top = Math.min(1 - layer.chance, Math.max(0.1, highest(doubt, 0.995)));
    const shown = amounts(doubt, top, theme, {
      title: 'Trust at each sample',
      note: `how far its neighbors on the map are its neighbors in the data, and the reverse; ${decimal(layer.chance)} is a shuffled map`,
      low: '1 all kept',
      high: `${decimal(1 - top)} or less`,
    });
    return { ...shown, value: (row) => layer.value[row] };
  }
  const shares = Float32Array.from(layer[by], (count) => count / layer.k);
  const where =
    by === 'torn'
      ? 'nearest in the data that are far on the map'
      : 'nearest on the map that are far in the data';
  return amounts(shares, Math.max(0.2, highest(shares, 0.995)), theme, {
    title: by === 'torn' ? 'Torn apart' : 'Glued together',
    note: `share of a sample\u2019s ${layer.k} ${where}`,
    low: '0%',
    high: percent(Math.max(0.2, highest(shares, 0.995))),
  });
}

function presence(view: View, module: number, theme: Theme): Coloring {
  const { values, top } = view.presence[module];
  return amounts(values, top, theme, {
    title: `Presence of ${moduleName(view.explanation, module)}`,
    note: presenceMeaning(view.explanation),
    low: '0 absent',
    high: `${decimal(top)} strong`,
  });
}

/** From below to above the mean of all samples, the same distance on either side. */
function score(view: View, module: number, theme: Theme): Coloring {
  const values = view.scores[module];
  const most = highest(values.map(Math.abs), 0.99) || 1;
  const shown = amounts(values, most, theme, scoreWords(view, module, most), -most);
  const colors = signRamp(theme);
  const legend = { ...shown.legend, colors } as Legend;
  return { ...shown, colors, order: colors.map((_, step) => Math.abs(step - RAMP_STEPS / 2)), legend };
}

const scoreWords = (view: View, module: number, most: number) => ({
  title: `Score of ${moduleName(view.explanation, module)}`,
  note: 'level of its features, in standard deviations around the mean of all samples',
  low: `${signed(-most)} low`,
  high: `${signed(most)} high`,
});

function feature(view: View, number: number, theme: Theme): Coloring {
  const values = view.explanation.values;
  const position = values ? values.features.indexOf(number) : -1;
  const { rows } = view.explanation;
  const raw = Float32Array.from(
    position < 0 || !values ? [] : values.data.subarray(position * rows, (position + 1) * rows),
  );
  const sorted = raw.slice().sort();
  const low = quantile(sorted, 0.005);
  const high = quantile(sorted, 0.995);
  return amounts(
    raw,
    high,
    theme,
    {
      title: featureName(view.explanation, number),
      note: 'raw value; the ends of the scale are the 0.5 and 99.5 percentiles',
      low: short(low),
      high: short(high),
    },
    low,
  );
}

const short = (value: number) => Number(value.toPrecision(3)).toString();

/** Levels in their own colors; samples without a value are gray, below the others, and counted apart. */
function levels(view: View, column: GroupColumn, theme: Theme): Coloring {
  const isLabel = column === view.labels;
  const { rows } = view.explanation;
  const colors = [...column.levels.map((_, index) => categoryColor(index, theme)), NEUTRAL[theme]];
  const none = column.levels.length;
  const codes = new (none > 2 ** 16 - 2 ? Uint32Array : Uint16Array)(rows);
  for (let row = 0; row < rows; row++) codes[row] = column.codes[row] < 0 ? none : column.codes[row];
  const entries = column.levels.map((name, index) => ({
    name,
    color: colors[index],
    count: column.counts[index],
    code: levelCode(column, name, isLabel),
  }));
  const missing = missingEntry(column, theme);
  return {
    codes,
    colors,
    order: colors.map((_, index) => (index === none ? 0 : 1)),
    value: (row) => valueAt(column, row),
    legend: {
      kind: 'categories',
      title: isLabel ? capitalized(column.name) : column.name,
      note: isLabel
        ? 'given with the data; not used to find the modules'
        : 'metadata; not used to find the modules',
      entries: [...entries.filter(({ count }) => count > 0), ...missing],
    },
  };
}

const missingEntry = (column: Column, theme: Theme): LegendEntry[] =>
  column.missing === 0
    ? []
    : [{ name: 'no value', color: NEUTRAL[theme], count: column.missing, code: missingCode(column) }];

/** Numbers on the ramp between their 0.5 and 99.5 percentiles; samples without one are gray, below the others. */
function numbers(column: NumberColumn, theme: Theme): Coloring {
  const known = Float32Array.from(column.values.filter((value) => !Number.isNaN(value))).sort();
  const [low, high] = [quantile(known, 0.005), quantile(known, 0.995)];
  const words = {
    title: column.name,
    note: 'metadata; the ends of the scale are the 0.5 and 99.5 percentiles',
    low: short(low),
    high: short(high),
  };
  const shown = amounts(column.values, high, theme, words, low);
  const codes = shown.codes.map((code, row) => (Number.isNaN(column.values[row]) ? RAMP_STEPS : code));
  return {
    codes,
    colors: [...shown.colors, NEUTRAL[theme]],
    order: [...shown.order.map((step) => step + 1), 0],
    value: (row) => valueAt(column, row),
    legend: { ...words, kind: 'ramp', colors: shown.colors, missing: missingEntry(column, theme)[0] },
  };
}
