/** Finds labels, levels, features, modules and samples by a part of their name. */
import type { Explanation } from 'whymap';
import { levelCode } from './columns.js';
import { moduleName, sampleName, type View } from './view.js';
import { featureName } from './words.js';

export type Found =
  | { readonly kind: 'feature' | 'sample' | 'module'; readonly number: number; readonly name: string }
  /** A level of a column: `code` is its region. */
  | { readonly kind: 'level'; readonly column: string; readonly code: string; readonly name: string };

const EACH = 6;

/**
 * At most six of each kind. Exact names come first, whatever they name; then names that begin with the text, then those
 * that hold it; among these labels and other levels before features, modules and samples.
 */
export function search(view: View, query: string): Found[] {
  const text = query.trim().toLowerCase();
  if (text === '') return [];
  const found = [
    ...levelsMatching(view, text),
    ...numbered('feature', featureNames(view.explanation), text),
    ...numbered(
      'module',
      view.explanation.descriptions.map((_, m) => moduleName(view.explanation, m)),
      text,
    ),
    ...samplesMatching(view.explanation, text),
  ];
  const rank = ({ name }: Found) => {
    const at = name.toLowerCase().indexOf(text);
    return at === 0 ? (name.length === text.length ? 0 : 1) : 2;
  };
  return found
    .map((entry, order) => ({ entry, order, rank: rank(entry) }))
    .sort((a, b) => a.rank - b.rank || a.order - b.order)
    .map(({ entry }) => entry);
}

const numbered = (kind: 'feature' | 'module', names: readonly string[], text: string): Found[] =>
  matches(names, text).map((number) => ({ kind, number, name: names[number] }));

function levelsMatching({ columns, labels }: View, text: string): Found[] {
  return columns.flatMap((column) =>
    column.kind === 'numeric'
      ? []
      : matches(column.levels, text).map((at): Found => {
          const name = column.levels[at];
          return {
            kind: 'level',
            column: column.name,
            name,
            code: levelCode(column, name, column === labels),
          };
        }),
  );
}

function samplesMatching(explanation: Explanation, text: string): Found[] {
  const { ids, rows } = explanation;
  const found = ids ? matches(ids, text) : rowNumbers(text, rows);
  return found.map((number) => ({ kind: 'sample', number, name: sampleName(explanation, number) }));
}

/** As they are shown: a pixel is found by its row and column. */
const featureNames = (explanation: Explanation): readonly string[] =>
  explanation.image
    ? explanation.featureNames.map((_, feature) => featureName(explanation, feature))
    : explanation.featureNames;

/** Positions of the best matches: exact, then at the start, then anywhere; in order within each. */
function matches(names: readonly string[], text: string): number[] {
  const found: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < names.length; i++) {
    const at = names[i].toLowerCase().indexOf(text);
    if (at < 0) continue;
    const some = found[at > 0 ? 2 : names[i].length === text.length ? 0 : 1];
    if (some.length < EACH) some.push(i);
  }
  return found.flat().slice(0, EACH);
}

/** Samples without ids are found by `12` or `row 12`. */
function rowNumbers(text: string, rows: number): number[] {
  const number = Number(text.replace(/^row\s*/, ''));
  return Number.isInteger(number) && number >= 0 && number < rows && /\d$/.test(text) ? [number] : [];
}
