/**
 * Answers to queries as sentences for people. The figures are those of the answers.
 * Types: `RegionAnswer`: region, samples, share, labels by number, modules by presence inside. `ComparisonAnswer`:
 *   first and second RegionAnswer, overlap in samples, modules compared. `FeatureAnswer`: region, feature, samples,
 *   features by correlation inside, number of constant ones. `PairAnswer`: region, features a and b, their
 *   correlation inside and outside. `MarkerAnswer`: first and second region with their samples, markers (highest
 *   score first). `Marker`: one feature: means first and second, difference, logFoldChange or null, auc, z, p,
 *   pAdjusted, modules, pseudobulk or null. `ComparedModule`, a module in two regions: id (`M1`, `M2`...), agreement
 *   (cosine of its signed correlations, or null). `FeatureCorrelation`, of one feature with another:
 *   differencePAdjusted (p that it is the same inside and outside, corrected). `ModuleInRegion`, a module in a
 *   region: id (`M1`, `M2`...). `PairSide`, a pair inside or outside: rows (sample rows). `PresenceInRegion`, of one
 *   module: presentInside (share of the region's samples, 0 to 1), presentOutside (share of the others, 0 to 1).
 *   `PseudobulkTest`, by means of replicates: replicatesFirst (how many in the first samples), replicatesSecond (in
 *   the second), paired (the same are on both sides). `Explanation`, of a map: descriptions (one a module),
 *   featureNames (one a feature). `ModuleGroup`, modules that go together: coupling (association between their
 *   features), topFeatures (column and loading, strongest first).
 * Fails: never.
 */

import { capitalized, count, decimal, listed, percent, plural, signed } from '../../core/words.js';
import type { Explanation } from '../../model.js';
import { shownName } from '../describe/module-name.js';
import type { Marker, MarkerAnswer } from './markers.js';
import type { ModuleGroup } from './module-groups.js';
import { type ComparisonAnswer, IN_REGION, LEAST_AGREEING, type RegionAnswer } from './queries.js';
import type { FeatureAnswer, PairAnswer } from './value-queries.js';

const NAMED = 5;
/** A module present in a smaller share of the other samples is rare elsewhere. */
const RARE = 0.1;
/** Agreement at or above which signs are the same, and at or below whose negative they are opposite. */
const AGREES = 0.5;

/**
 * Sentences on a region: its size, labels, the modules present in half of its samples, and what to be careful with.
 * @returns one sentence an entry, without line breaks.
 */
export function regionSentences(answer: RegionAnswer): string[] {
  const present = answer.modules.filter(({ presentInside }) => presentInside >= IN_REGION);
  const labels = answer.labels
    .slice(0, 3)
    .map(({ label, samples }) => `${label} (${percent(samples / answer.samples)})`);
  const more = answer.labels.length > 3 ? ` and ${plural(answer.labels.length - 3, 'more label')}` : '';
  if (answer.samples === 1) return oneSampleSentences(answer, present);
  const size = plural(answer.samples, 'sample');
  return [
    `${capitalized(answer.region)}${answer.region === size ? '' : `: ${size}`}, ${percent(answer.share)} of all.`,
    ...(labels.length > 0 ? [`Its samples are ${labels.join(', ')}${more}.`] : []),
    present.length === 0
      ? 'No module is present in half of its samples or more.'
      : `Present in half of its samples or more: ${present.map(named).join('; ')}.`,
    ...(answer.share < 1 ? rareElsewhere(present) : []),
    ...caution(present),
  ];
}

/**
 * Sentences on a region of one sample, which has no shares: what is present there, and how rare that is.
 * @param present modules present there.
 */
function oneSampleSentences({ region, labels }: RegionAnswer, present: RegionAnswer['modules']): string[] {
  return [
    `${capitalized(region)} is one sample${labels.length > 0 ? `, labeled ${labels[0].label}` : ''}.`,
    present.length === 0 ? 'No module is present there.' : `Present there: ${present.map(named).join('; ')}.`,
    ...rareElsewhere(present),
    ...caution(present),
  ];
}

/**
 * A sentence for each of these modules that fewer than a tenth of the samples outside the region have.
 * @param present modules present in half of the region or more, of a region that is not all samples:
 * `presentOutside` is 0 there too.
 */
function rareElsewhere(present: RegionAnswer['modules']): string[] {
  return present
    .filter(({ presentOutside }) => presentOutside < RARE)
    .map(({ id, presentOutside }) =>
      presentOutside === 0
        ? `${id} is found nowhere else.`
        : `${id} is rare elsewhere: present in ${percent(presentOutside)} of all other samples.`,
    );
}

/** A sentence on the number of groups, and one for each: its modules, how much it holds, and its leading features. */
export function groupSentences(explanation: Explanation, groups: readonly ModuleGroup[]): string[] {
  const { descriptions, featureNames } = explanation;
  return [
    `${plural(descriptions.length, 'module')} in ${plural(groups.length, 'group')}.`,
    ...groups.map(({ modules, share, coupling, topFeatures }, g) => {
      const ids = listed(modules.map((k) => descriptions[k].id));
      const held =
        coupling === null ? percent(share) : `${percent(share)} together, coupling ${decimal(coupling)}`;
      const names = topFeatures.slice(0, NAMED).map(({ feature }) => shownName(featureNames[feature]));
      return `G${g + 1}: ${ids} (${held}): ${names.join(', ')}.`;
    }),
  ];
}

/** Sentences on two regions: what they share, what only one of them has, and where signs differ. */
export function comparisonSentences(answer: ComparisonAnswer): string[] {
  const { first, second } = answer;
  const of = (where: string) => answer.modules.filter((module) => module.where === where);
  const list = (where: string, before: string) => {
    const modules = of(where);
    return modules.length > 0 ? [`${before}: ${modules.map(named).join('; ')}.`] : [];
  };
  return [
    `${withSize(capitalized(first.region), first.samples)} and ${second.region} (${count(second.samples)}).`,
    ...(answer.overlap > 0 ? [`They have ${plural(answer.overlap, 'sample')} in common.`] : []),
    ...(of('both').length === 0 ? ['They share no module.'] : []),
    ...list('both', 'They share'),
    ...list('first', `Only in ${first.region}`),
    ...list('second', `Only in ${second.region}`),
    ...agreementSentences(of('both')),
    ...tooFewToAgree(answer),
    ...caution([...of('both'), ...of('first'), ...of('second')]),
  ];
}

/**
 * Sentences on the modules of both regions: whether their features go together in the same way in either; none where
 * that is not known.
 */
function agreementSentences(both: ComparisonAnswer['modules']): string[] {
  const known = both.flatMap(({ id, agreement }) => (agreement === null ? [] : [{ id, agreement }]));
  const listing = (some: typeof known) =>
    listed(some.map(({ id, agreement }) => `${id} (${signed(agreement)})`));
  const same = known.filter(({ agreement }) => agreement >= AGREES);
  const turned = known.filter(({ agreement }) => agreement <= -AGREES);
  const between = known.filter(({ agreement }) => Math.abs(agreement) < AGREES);
  return [
    ...(same.length > 0
      ? [`Their features go together in the same way in both (agreement, of 1 at most): ${listing(same)}.`]
      : []),
    ...(between.length > 0
      ? [`Their features go together differently in the two: ${listing(between)}.`]
      : []),
    ...(turned.length > 0 ? [`Their features go together with opposite signs: ${listing(turned)}.`] : []),
  ];
}

/** Says so where modules are shared and a region has too few samples to tell whether their features go together alike. */
function tooFewToAgree({ first, second, modules }: ComparisonAnswer): string[] {
  const few = [first, second].find(({ samples }) => samples < LEAST_AGREEING);
  if (!few || !modules.some(({ where }) => where === 'both')) return [];
  return [
    `Presence is that of the localities around. Whether features go together alike in the two cannot be told from ${plural(few.samples, 'sample')} in ${few.region} (${LEAST_AGREEING} at least).`,
  ];
}

/**
 * Sentences on the features that correlate most with one feature in a region, and those whose correlation differs
 * most from outside. Names NAMED features at most; says so where none is beyond chance.
 */
export function featureSentences(answer: FeatureAnswer): string[] {
  const strong = answer.features.filter(({ pAdjusted }) => pAdjusted <= 0.05).slice(0, NAMED);
  const changed = answer.features.filter(({ differencePAdjusted }) => differencePAdjusted <= 0.05);
  changed.sort((a, b) => Math.abs(b.inside - b.outside) - Math.abs(a.inside - a.outside));
  const show = ({ feature, inside, outside }: { feature: string; inside: number; outside: number }) =>
    answer.samplesOutside === 0
      ? `${feature} (${signed(inside)})`
      : `${feature} (${signed(inside)} inside, ${signed(outside)} outside)`;
  return [
    strong.length === 0
      ? `${answer.feature} correlates with no other feature in ${withSize(answer.region, answer.samples)} beyond chance.`
      : `In ${withSize(answer.region, answer.samples)} ${answer.feature} correlates most with ${strong.map(show).join(', ')}.`,
    ...(changed.length > 0
      ? [`It differs most from the rest of the map with ${changed.slice(0, NAMED).map(show).join(', ')}.`]
      : []),
    ...(answer.constant > 0
      ? [`${plural(answer.constant, 'feature is', 'features are')} constant there and left out.`]
      : []),
  ];
}

/** A sentence with the correlation of two features inside a region and, where there are samples, outside. */
export function pairSentences({ region, a, b, inside, outside }: PairAnswer): string[] {
  const of = (correlation: number | null) =>
    correlation === null ? 'not defined (constant)' : signed(correlation);
  const others = count(outside.rows.length);
  const elsewhere = outside.rows.length > 0 ? `, ${of(outside.correlation)} outside (${others})` : '';
  return [
    `Correlation of ${a} and ${b}: ${of(inside.correlation)} in ${withSize(region, inside.rows.length)}${elsewhere}.`,
  ];
}

/** A region with its number of samples in parentheses; once, where the region is called `12 samples` itself. */
function withSize(region: string, samples: number): string {
  const size = plural(samples, 'sample');
  return region === size ? region : `${region} (${size})`;
}

/** A module by id and title. */
const named = ({ id, label }: { readonly id: string; readonly label: string }): string => `${id} ${label}`;

/**
 * One sentence for each verdict of significance that limits what may be said of the modules, with their ids. Empty
 * where no verdict limits.
 */
function caution(modules: readonly { readonly id: string; readonly verdict: string | null }[]): string[] {
  const list = (verdict: string) =>
    modules.filter((module) => module.verdict === verdict).map(({ id }) => id);
  const [chance, global, notReplicated] = [list('chance'), list('global'), list('not-replicated')];
  const border = list('border');
  return [
    ...(border.length > 0
      ? [`At the border (significant on some parts of the samples, not on all): ${border.join(', ')}.`]
      : []),
    ...(chance.length > 0 ? [`Not shown to be more than chance: ${chance.join(', ')}.`] : []),
    ...(notReplicated.length > 0
      ? [`Not replicated on two thirds of the samples: ${notReplicated.join(', ')}.`]
      : []),
    ...(global.length > 0
      ? [`Real, but not shown to be stronger in one part of the map: ${global.join(', ')}.`]
      : []),
  ];
}

/** Level of the corrected p below which features are named as higher or lower. */
const NAMED_LEVEL = 0.05;

/**
 * Sentences on the features that are higher and lower in the first region, the strongest first, and on what
 * replicates allow to say. Without replicates the last sentence says what p over samples does not tell.
 */
export function markerSentences({ first, second, markers }: MarkerAnswer): string[] {
  const notable = markers.filter(({ pAdjusted }) => pAdjusted <= NAMED_LEVEL);
  const higher = notable.filter(({ z }) => z > 0);
  const lower = notable.filter(({ z }) => z < 0).reverse();
  const sides = `${withSize(first.region, first.samples)} than in ${second.region} (${count(second.samples)})`;
  const markerSentence = (some: readonly Marker[], what: string) =>
    some.length === 0
      ? []
      : [`${plural(some.length, 'feature is', 'features are')} ${what} in ${sides}: ${firstNames(some)}.`];
  const none = `No feature is higher or lower in ${sides}, at a corrected p of ${NAMED_LEVEL} by samples.`;
  return [
    ...(notable.length === 0 ? [none] : []),
    ...markerSentence(higher, 'higher'),
    ...markerSentence(lower, 'lower'),
    ...replicateSentences(markers, notable),
  ];
}

/**
 * The strongest by name, and how many there are besides.
 * @param some strongest first.
 */
function firstNames(some: readonly Marker[]): string {
  const names = some.slice(0, NAMED).map(({ name }) => shownName(name));
  const rest = some.length - names.length;
  return rest > 0 ? `${names.join(', ')} and ${count(rest)} more` : listed(names);
}

/**
 * A sentence on what replicates allow to say, which is less than what samples seem to.
 * @param notable markers that pass by samples.
 */
function replicateSentences(markers: readonly Marker[], notable: readonly Marker[]): string[] {
  const test = markers[0]?.pseudobulk;
  if (!test) return ['These p take samples as the units: they say nothing about other donors or batches.'];
  const units = `${plural(test.replicatesFirst, 'replicate')} against ${count(test.replicatesSecond)}${test.paired ? ', the same on both sides' : ''}`;
  if (test.p === null) return [`With ${units} no p over replicates can be given: differences only.`];
  const confirmed = notable.filter(({ pseudobulk }) => (pseudobulk?.p ?? 1) <= NAMED_LEVEL).length;
  return [
    `By replicate (${units}, exact permutation, not corrected) ${count(confirmed)} of ${count(notable.length)} have p of ${NAMED_LEVEL} or less.`,
  ];
}
