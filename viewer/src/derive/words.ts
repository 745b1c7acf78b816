/** Numbers and findings in plain words. */
import type { Explanation, ModuleDescription, TrustLayer } from 'whymap';
import { comesBack } from 'whymap/lava';

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

/** The name of a feature; a pixel is named by its place. */
export function featureName({ image, featureNames }: Explanation, feature: number): string {
  if (!image) return featureNames[feature];
  return `row ${Math.floor(feature / image.width)}, column ${feature % image.width}`;
}

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

export interface Belief {
  readonly tone: 'good' | 'bad' | 'plain';
  readonly text: string;
}

/** What is known about whether to believe the module; empty when nothing was computed. */
export function beliefs(module: ModuleDescription): Belief[] {
  const { significance, stability, recurrence } = module;
  const contrast: Belief = {
    tone: 'bad',
    text: 'A contrast: it is found only where groups meet, so it says how they differ, not what varies within one.',
  };
  const onePlace: Belief = {
    tone: 'plain',
    text: 'Seen in one place only: all localities that show it share samples, so it was not shown to recur.',
  };
  return [
    ...(module.contrast ? [contrast] : []),
    ...(recurrence?.disjoint === 1 ? [onePlace] : []),
    ...(significance ? [verdict(significance)] : []),
    ...replicated(module),
    ...found(stability?.subsample, 'Two thirds of the samples'),
    ...found(stability?.seeds, 'Other coverings of the map'),
    ...found(stability?.bootstrap, 'Resampled data'),
    ...(module.trust === null ? [] : [faith(module.trust, module.trustFlag ?? null)]),
  ];
}

function verdict(significance: NonNullable<ModuleDescription['significance']>): Belief {
  const p = `adjusted p = ${pValue(significance.pAdjusted)}`;
  const words: Record<typeof significance.verdict, Belief> = {
    local: {
      tone: 'good',
      text: `Holds on samples it was not made from, and here more than elsewhere (${p}).`,
    },
    global: { tone: 'bad', text: `Real, but not shown to be stronger here than all over the map (${p}).` },
    chance: { tone: 'bad', text: `Not shown to be more than chance on other samples (${p}).` },
    'not-replicated': {
      tone: 'bad',
      text: 'Two thirds of the samples do not give it again, so it could not be tested on the rest.',
    },
  };
  return words[significance.verdict];
}

/** Whether refits on other samples and coverings give the module again. */
function replicated(module: ModuleDescription): Belief[] {
  const { replication } = module;
  if (replication == null) return [];
  const figure = `least similarity ${decimal(replication)}`;
  const parts = '90% of the samples and another covering';
  if (replication >= 0.9) return [{ tone: 'good', text: `Comes back from ${parts} (${figure}).` }];
  if (comesBack(module))
    return [{ tone: 'plain', text: `Comes back from ${parts}, somewhat changed (${figure}).` }];
  const text = `Did not come back: from ${parts} its features group differently (${figure}).`;
  const holds = ' Its correlations hold on other samples; which features make up the module is not settled.';
  return [{ tone: 'bad', text: module.significance?.significant ? text + holds : text }];
}

/** How alike the module is that comes out of another run. */
function found(similarity: number | null | undefined, what: string): Belief[] {
  if (similarity == null) return [];
  const tone = similarity >= 0.9 ? 'good' : similarity >= 0.7 ? 'plain' : 'bad';
  return [{ tone, text: `${what} give it again with a similarity of ${decimal(similarity)}.` }];
}

function faith(trust: number, flag: string | null): Belief {
  if (flag) return { tone: 'bad', text: flag };
  const tone = trust >= 0.9 ? 'good' : trust >= 0.75 ? 'plain' : 'bad';
  return {
    tone,
    text: `Neighbors on the map where it is present are neighbors in the data (trust ${decimal(trust)}; a random map has 0.5).`,
  };
}

function pValue(p: number): string {
  return p < 0.001 ? '<0.001' : p.toFixed(3);
}

/** One line on the trust of a sample. */
export function trustHere(layer: TrustLayer, row: number): string {
  const { k } = layer;
  const parts = [
    layer.torn[row] > 0 ? `${layer.torn[row]} of its ${k} nearest in the data lie far away` : '',
    layer.glued[row] > 0 ? `${layer.glued[row]} of its ${k} neighbors here are strangers` : '',
  ].filter(Boolean);
  return `Trust ${decimal(layer.value[row])}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}.`;
}

/** The first lines a newcomer reads. */
export function summary(explanation: Explanation): string {
  const { modules, localities } = explanation;
  const one = modules.count === 1;
  const nouns = plural(explanation.featureNames.length, featureNoun(explanation));
  return (
    `${plural(modules.count, 'module')}, ${one ? 'a set' : 'sets'} of ${featureNoun(explanation)}s that move together, ` +
    `account${one ? 's' : ''} for ${percent(modules.explained)} of all local association among ${nouns}. ` +
    `${one ? 'It was' : 'They were'} found by comparing ` +
    `${plural(localities.count, 'locality', 'localities')} of ${count(localities.size)} samples all over the map.`
  );
}
