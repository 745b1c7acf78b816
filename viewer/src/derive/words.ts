/** Numbers and findings in plain words. */
import type { Explanation, ModuleDescription } from '../../../src/model.js';

const grouped = new Intl.NumberFormat('en-US');

export const count = (value: number): string => grouped.format(value);

/** 0.123 as `12%`; small but not zero as `<1%`. */
export function percent(fraction: number): string {
  if (fraction > 0 && fraction < 0.01) return '<1%';
  if (fraction < 1 && fraction > 0.99) return '>99%';
  return `${Math.round(100 * fraction)}%`;
}

/** Two decimals, without a minus sign for what rounds to zero. */
export const decimal = (value: number): string => (Math.abs(value) < 0.005 ? '0.00' : value.toFixed(2));

/** +0.82 or -0.40, with a real minus sign. */
export const signed = (value: number): string => `${value < 0 ? '\u2212' : '+'}${Math.abs(value).toFixed(2)}`;

export function plural(amount: number, one: string, many = `${one}s`): string {
  return `${count(amount)} ${amount === 1 ? one : many}`;
}

/** `A`, `A and B`, `A, B and C`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** Nouns of what is shown: features that are pixels are called pixels. */
export const featureNoun = (explanation: Explanation): string => (explanation.image ? 'pixel' : 'feature');

/** What the presence of this explanation measures, as the legend says it. */
export function presenceMeaning(explanation: Explanation): string {
  const form = explanation.options.form === undefined ? explanation.options.association : undefined;
  return form === 'signed'
    ? 'correlation of the module\u2019s strongest pair'
    : 'how strongly the module\u2019s features move together nearby';
}

/** One sentence on what the module is and where. */
export function moduleSentence(explanation: Explanation, module: ModuleDescription): string {
  const where = `${percent(module.presentSamples)} of samples`;
  if (explanation.image) {
    return `These pixels brighten and darken together around ${where}.`;
  }
  const names = module.topFeatures.slice(0, 3).map(({ feature }) => explanation.featureNames[feature]);
  const opposed = module.pairs.slice(0, 12).some((pair) => pair.correlation < -0.1);
  const move = opposed ? 'change together (some in opposite directions)' : 'rise and fall together';
  return `${listed(names)} ${move} around ${where}.`;
}

/** What is known about whether to believe the module; empty when nothing was computed. */
export function beliefs(module: ModuleDescription): { tone: 'good' | 'bad' | 'plain'; text: string }[] {
  const found: { tone: 'good' | 'bad' | 'plain'; text: string }[] = [];
  if (module.boundary)
    found.push({
      tone: 'bad',
      text: 'A contrast: it is found only where groups meet, so it says how they differ, not what varies within one.',
    });
  if (module.significance)
    found.push(
      module.significance.significant
        ? {
            tone: 'good',
            text: `Significant against chance (adjusted p = ${pValue(module.significance.pAdjusted)}).`,
          }
        : { tone: 'bad', text: `Not significant (adjusted p = ${pValue(module.significance.pAdjusted)}).` },
    );
  if (module.stability?.seeds != null)
    found.push({
      tone: module.stability.seeds >= 0.9 ? 'good' : module.stability.seeds >= 0.7 ? 'plain' : 'bad',
      text: `Other random seeds find it again with a similarity of ${decimal(module.stability.seeds)}.`,
    });
  if (module.stability?.bootstrap != null)
    found.push({
      tone: module.stability.bootstrap >= 0.9 ? 'good' : module.stability.bootstrap >= 0.7 ? 'plain' : 'bad',
      text: `Resampled data find it again with a similarity of ${decimal(module.stability.bootstrap)}.`,
    });
  if (module.trust !== null)
    found.push({
      tone: module.trust >= 0.8 ? 'good' : module.trust >= 0.6 ? 'plain' : 'bad',
      text: `The map is ${module.trust >= 0.8 ? 'faithful' : module.trust >= 0.6 ? 'fairly faithful' : 'unreliable'} where it is present (trust ${decimal(module.trust)}).`,
    });
  return found;
}

function pValue(p: number): string {
  return p < 0.001 ? '<0.001' : p.toFixed(3);
}

/** The first lines a newcomer reads. */
export function summary(explanation: Explanation): string {
  const { modules, localities } = explanation;
  const nouns = plural(explanation.featureNames.length, featureNoun(explanation));
  return (
    `${plural(modules.count, 'module')}, sets of ${featureNoun(explanation)}s that move together, account for ` +
    `${percent(modules.explained)} of all local association among ${nouns}. They were found by comparing ` +
    `${plural(localities.count, 'neighborhood')} of ${count(localities.size)} samples all over the map.`
  );
}
