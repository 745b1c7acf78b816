/** `localities.csv` in pieces: where each locality is, which samples it holds, presence of the modules, and trust. */

import { trueValue } from '../../core/units.js';
import { type Cell, csvPieces } from '../../io/write.js';
import { columnsOfSamples } from '../../lava/query/columns.js';
import type { CategoricalColumn, Explanation, Localities } from '../../model.js';
import type { RegionTrust } from '../../trust/index.js';
import { rounded } from './tables.js';

/**
 * locality, probe coordinates x0, x1..., radius, three columns for the labels and for each categorical metadata column
 * (the most frequent level, its share of the locality's samples, their number), one presence column a module, and
 * trust where it was measured.
 */
export function localitiesCsv(
  explanation: Explanation,
  trust: readonly RegionTrust[] | null,
): Iterable<string> {
  const { localities, modules, descriptions } = explanation;
  const { probes, radius } = localities;
  const m = modules.count;
  const unit = probes.units?.scale ?? 1;
  const axes = Array.from({ length: probes.columns }, (_, c) => `x${c}`);
  const groups = groupings(explanation);
  const header = [
    'locality',
    ...axes,
    'radius',
    ...groups.flatMap(({ header: names }) => names),
    ...descriptions.map(({ id }) => id),
    'trust',
  ];
  return csvPieces(header, rows());
  function* rows(): Generator<Cell[]> {
    for (let l = 0; l < localities.count; l++) {
      const at = axes.map((_, c) => trueValue(probes.data[l * probes.columns + c], c, probes.units));
      const levels = groups.flatMap(({ cellsOf }) => cellsOf(l));
      const presence = modules.presence.data.subarray(l * m, (l + 1) * m);
      yield [l, ...at, radius[l] * unit, ...levels, ...presence, trust ? rounded(trust[l].trust) : null];
    }
  }
}

/** How one column groups the samples of localities: the names of its columns, and their cells for a locality. */
interface Grouping {
  readonly header: readonly string[];
  readonly cellsOf: (locality: number) => Cell[];
}

/**
 * The labels, as `label`, `label_share`, `label_samples`, then each categorical metadata column, as `NAME_level`,
 * `NAME_share`, `NAME_samples`. A metadata column that is itself called `label` beside labels of another column is
 * `metadata_label`. Columns of numbers are left out.
 */
function groupings(explanation: Explanation): Grouping[] {
  const { labels, localities } = explanation;
  return columnsOfSamples(explanation).flatMap((column, at) => {
    if (column.kind !== 'categorical') return [];
    const isLabel = labels !== null && at === 0;
    const prefix = labels !== null && column.name === 'label' ? 'metadata_label' : column.name;
    const header = isLabel
      ? ['label', 'label_share', 'label_samples']
      : [`${prefix}_level`, `${prefix}_share`, `${prefix}_samples`];
    return [{ header, cellsOf: levelCells(column, localities) }];
  });
}

/**
 * A function that gives the most frequent level of a locality (of several as frequent the first of the column), its share
 * of all samples of the locality, 0 to 1, and the number of samples that have it. Samples without a value count for no
 * level; where all are without, the level is empty, and share and number are 0.
 */
function levelCells(
  { codes, levels }: CategoricalColumn,
  { members, size }: Localities,
): (locality: number) => Cell[] {
  const counts = new Int32Array(levels.length);
  return (locality) => {
    const rows = members.subarray(locality * size, (locality + 1) * size);
    let most = -1;
    for (const row of rows) if (codes[row] >= 0) counts[codes[row]]++;
    for (const row of rows) {
      const code = codes[row];
      if (code < 0 || code === most) continue;
      const more = most < 0 ? 1 : counts[code] - counts[most];
      if (more > 0 || (more === 0 && code < most)) most = code;
    }
    const samples = most < 0 ? 0 : counts[most];
    for (const row of rows) if (codes[row] >= 0) counts[codes[row]] = 0;
    return [most < 0 ? '' : levels[most], rounded(samples / size), samples];
  };
}
