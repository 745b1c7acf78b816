/** Finds features, samples, labels and modules by a part of their name. */
import type { Explanation } from 'whymap';
import { moduleName, sampleName, type View } from './view.js';
import { featureName } from './words.js';

export type Found =
  | { readonly kind: 'feature' | 'sample' | 'module'; readonly number: number; readonly name: string }
  | { readonly kind: 'label'; readonly name: string };

const EACH = 6;

/** At most six of each kind: names that begin with the text first, then those that hold it; in order of number. */
export function search(view: View, query: string): Found[] {
  const text = query.trim().toLowerCase();
  if (text === '') return [];
  const { ids, rows, descriptions } = view.explanation;
  const names = featureNames(view.explanation);
  const features = matches(names, text).map((number) => ({
    kind: 'feature' as const,
    number,
    name: names[number],
  }));
  const samples = (ids ? matches(ids, text) : rowNumbers(text, rows)).map((number) => ({
    kind: 'sample' as const,
    number,
    name: sampleName(view.explanation, number),
  }));
  const labels = view.labels?.levels ?? [];
  const modules = descriptions.map((_, module) => moduleName(view.explanation, module));
  return [
    ...matches(modules, text).map((number) => ({ kind: 'module' as const, number, name: modules[number] })),
    ...features,
    ...matches(labels, text).map((number) => ({ kind: 'label' as const, name: labels[number] })),
    ...samples,
  ];
}

/** As they are shown: a pixel is found by its row and column. */
const featureNames = (explanation: Explanation): readonly string[] =>
  explanation.image
    ? explanation.featureNames.map((_, feature) => featureName(explanation, feature))
    : explanation.featureNames;

function matches(names: readonly string[], text: string): number[] {
  const first: number[] = [];
  const rest: number[] = [];
  for (let i = 0; i < names.length && first.length < EACH; i++) {
    const at = names[i].toLowerCase().indexOf(text);
    if (at === 0) first.push(i);
    else if (at > 0 && rest.length < EACH) rest.push(i);
  }
  return [...first, ...rest].slice(0, EACH);
}

/** Samples without ids are found by `12` or `row 12`. */
function rowNumbers(text: string, rows: number): number[] {
  const number = Number(text.replace(/^row\s*/, ''));
  return Number.isInteger(number) && number >= 0 && number < rows && /\d$/.test(text) ? [number] : [];
}
