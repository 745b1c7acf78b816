/** What the map shows as a table, and the ids of the selection as lines. */
import { type Cell, csvPieces } from 'whymap/io';
import type { Coloring } from '../derive/coloring-parts.js';
import { valueAt } from '../derive/columns.js';
import type { View } from '../derive/view.js';
import type { Region } from '../state/store.js';

/** Sample, coordinates, what its color stands for, label, metadata and whether it is selected; one line a sample. */
export function csvOf(view: View, coloring: Coloring, region: Region | null): Blob {
  const names = view.columns.map((column) => (column === view.labels ? 'label' : column.name));
  const header = ['sample', 'x', 'y', coloring.legend.title, ...names, 'selected'];
  return new Blob([...csvPieces(header, lines(view, coloring, region))], { type: 'text/csv' });
}

function* lines(view: View, coloring: Coloring, region: Region | null): Generator<Cell[]> {
  const { ids, rows } = view.explanation;
  const { x, y } = view.drawing;
  const selected = new Set(region?.rows);
  for (let row = 0; row < rows; row++) {
    const sample = ids?.[row] ?? row;
    const rest = [...view.columns.map((column) => valueAt(column, row)), selected.has(row) ? 1 : 0];
    yield [sample, x[row], y[row], coloring.value(row), ...rest];
  }
}

/** Ids where there are any, row numbers counted from 0 otherwise. */
export function idsOf({ explanation }: View, region: Region): Blob {
  const { ids } = explanation;
  return new Blob([`${Array.from(region.rows, (row) => ids?.[row] ?? row).join('\n')}\n`], {
    type: 'text/plain',
  });
}
