/** Colorings as short texts, for the address and for fields: `module:3`, `score:3`, `difference:4`, `feature:12`, `column:island`, `trust`. */
import type { ColorBy } from './coloring.js';
import type { View } from './view.js';

/** A coloring as its text. */
export function encodeColoring(view: View, by: ColorBy): string {
  if (by.by === 'module' || by.by === 'score') return `${by.by}:${by.module}`;
  if (by.by === 'feature') return `feature:${by.feature}`;
  if (by.by === 'groups') return `groups:${by.count}`;
  if (by.by === 'group') return `group:${by.count}:${by.group}`;
  if (by.by === 'column') return columnText(view, by.column);
  if (by.by === 'difference') return `difference:${by.row}`;
  return by.by;
}

const columnText = (view: View, column: number): string =>
  view.columns[column] === view.labels ? 'label' : `column:${view.columns[column].name}`;

/** Whether the modules of this explanation can be shown in `count` groups. */
const isGrouping = ({ explanation }: View, count: number): boolean =>
  explanation.modules.hierarchy !== undefined &&
  Number.isInteger(count) &&
  count >= 1 &&
  count < explanation.modules.count;

/** The coloring of a text; the strongest module for one that this explanation does not have. */
export function decodeColoring(view: View, text: string): ColorBy {
  const [by, number] = text.split(/:(.*)/s);
  const { descriptions, values, trust: layer } = view.explanation;
  if (by === 'module' && Number(number) < descriptions.length) return { by, module: Number(number) };
  if (by === 'score' && Number(number) < view.scores.length) return { by, module: Number(number) };
  const [count, group] = (number ?? '').split(':').map(Number);
  if (by === 'groups' && isGrouping(view, count)) return { by, count };
  if (by === 'group' && isGrouping(view, count) && group >= 0 && group < count) return { by, count, group };
  if (by === 'difference' && view.comparison?.rows[Number(number)]?.presenceDifferences)
    return { by, row: Number(number) };
  if (by === 'feature' && values?.features.includes(Number(number))) return { by, feature: Number(number) };
  const column = view.columns.findIndex((_, index) => columnText(view, index) === text);
  if (column >= 0) return { by: 'column', column };
  if ((by === 'trust' || by === 'torn' || by === 'glued') && layer) return { by };
  return by === 'density' ? { by } : { by: 'strongest' };
}
