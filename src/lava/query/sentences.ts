/** Answers to queries as sentences for people. The figures are those of the answers. */

import { percent } from '../../core/words.js';
import { type ComparisonAnswer, IN_REGION, type RegionAnswer } from './queries.js';
import type { FeatureAnswer, PairAnswer } from './value-queries.js';

const MOST_NAMED = 5;

/** What is in a region: size, labels, modules present in half of it, and what to be careful with. */
export function regionSentences(answer: RegionAnswer): string[] {
  const present = answer.modules.filter(({ presentInside }) => presentInside >= IN_REGION);
  const labels = answer.labels
    .slice(0, 3)
    .map(({ label, samples }) => `${label} (${percent(samples / answer.samples)})`);
  const more = answer.labels.length > 3 ? ` and ${answer.labels.length - 3} more labels` : '';
  return [
    `${capital(answer.region)}: ${answer.samples} samples, ${percent(answer.share)} of all.`,
    ...(labels.length > 0 ? [`Its samples are ${labels.join(', ')}${more}.`] : []),
    present.length === 0
      ? 'No module is present in half of its samples or more.'
      : `Present in half of its samples or more: ${present.map(named).join('; ')}.`,
    ...present
      .filter(({ presentOutside }) => presentOutside < 0.1)
      .map(
        ({ id, presentOutside }) =>
          `${id} is nearly specific to it: present in ${percent(presentOutside)} of all other samples.`,
      ),
    ...caution(present),
  ];
}

/** What two regions share, what only one of them has, and where signs differ. */
export function comparisonSentences(answer: ComparisonAnswer): string[] {
  const { first, second } = answer;
  const of = (where: string) => answer.modules.filter((module) => module.where === where);
  const list = (where: string, before: string) => {
    const modules = of(where);
    return modules.length > 0 ? [`${before}: ${modules.map(named).join('; ')}.`] : [];
  };
  const turned = of('both').filter(({ agreement }) => agreement !== null && agreement < 0);
  return [
    `${capital(first.region)} (${first.samples} samples) and ${second.region} (${second.samples}).`,
    ...(answer.overlap > 0 ? [`They have ${answer.overlap} samples in common.`] : []),
    ...(of('both').length === 0 ? ['They share no module.'] : []),
    ...list('both', 'They share'),
    ...list('first', `Only in ${first.region}`),
    ...list('second', `Only in ${second.region}`),
    ...turned.map(({ id }) => `In ${id} the features are in both, but with other signs.`),
    ...caution([...of('both'), ...of('first'), ...of('second')]),
  ];
}

/** The features that correlate most with one feature, and those whose correlation differs most from outside. */
export function featureSentences(answer: FeatureAnswer): string[] {
  const strong = answer.features.filter(({ pAdjusted }) => pAdjusted <= 0.05).slice(0, MOST_NAMED);
  const changed = answer.features.filter(({ differencePAdjusted }) => differencePAdjusted <= 0.05);
  changed.sort((a, b) => Math.abs(b.inside - b.outside) - Math.abs(a.inside - a.outside));
  const show = ({ feature, inside, outside }: { feature: string; inside: number; outside: number }) =>
    `${feature} (${signed(inside)} inside, ${signed(outside)} outside)`;
  return [
    strong.length === 0
      ? `${answer.feature} correlates with no other feature in ${answer.region} beyond chance (${answer.samples} samples).`
      : `In ${answer.region} (${answer.samples} samples) ${answer.feature} correlates most with ${strong.map(show).join(', ')}.`,
    ...(changed.length > 0
      ? [
          `It differs most from the rest of the map with ${changed.slice(0, MOST_NAMED).map(show).join(', ')}.`,
        ]
      : []),
    ...(answer.constant > 0 ? [`${answer.constant} features are constant there and were left out.`] : []),
  ];
}

/** The correlation of a pair inside a region and outside. */
export function pairSentences({ region, a, b, inside, outside }: PairAnswer): string[] {
  const of = (correlation: number | null) =>
    correlation === null ? 'not defined (constant)' : signed(correlation);
  return [
    `Correlation of ${a} and ${b}: ${of(inside.correlation)} in ${region} (${inside.rows.length} samples), ${of(outside.correlation)} outside (${outside.rows.length}).`,
  ];
}

/** A module by id and label. */
function named({ id, label }: { readonly id: string; readonly label: string }): string {
  return `${id} (${label})`;
}

/** One sentence for each verdict that limits what may be said of the modules. */
function caution(modules: readonly { readonly id: string; readonly verdict: string | null }[]): string[] {
  const list = (verdict: string) =>
    modules.filter((module) => module.verdict === verdict).map(({ id }) => id);
  const [chance, global, notReplicated] = [list('chance'), list('global'), list('not-replicated')];
  return [
    ...(chance.length > 0 ? [`Not shown to be more than chance: ${chance.join(', ')}.`] : []),
    ...(notReplicated.length > 0
      ? [`Not replicated on two thirds of the samples: ${notReplicated.join(', ')}.`]
      : []),
    ...(global.length > 0
      ? [`Real, but not shown to be stronger in one part of the map: ${global.join(', ')}.`]
      : []),
  ];
}

/** Two decimals with a sign. */
function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(2)}`;
}

/** The text with a capital first letter. */
function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
