/**
 * What may be read off a map, in plain words, each sentence with the figures it rests on.
 *
 * Source: ours. The four readings (neighbors, groups, distances between groups, densities) are those that people
 *   make; each has its measure. A skill is the way from the shuffled map's value (0) to the best (1); the levels
 *   below turn skills into words. They are conventions, stated here and in the docs, not laws.
 * How it fails: words round. The figures beside each sentence are what counts.
 */

import { percent } from '../../core/words.js';
import type { TrustMeasures } from '../measure.js';
import type { MeasureName } from '../measure-table.js';
import type { Distortion } from '../measures/distortion.js';
import type { NoClasses } from '../measures/labels.js';
import type { Answer, VerdictSentence } from '../types.js';
import {
  fewSentence,
  figuresOf,
  type Measures,
  nothingSentence,
  skill,
  two,
  valueText,
} from './verdict-overall.js';
import { type MapRegion, regionsSentence } from './verdict-regions.js';

export interface VerdictInput {
  readonly measured: TrustMeasures;
  readonly distortion: Distortion;
  readonly pointwise: {
    readonly trustworthiness: Float64Array;
    readonly continuity: Float64Array;
    readonly pAdjusted: Float64Array;
  };
  readonly nullSorted: Float64Array;
  readonly regions: readonly MapRegion[];
}

/** Skill from which a reading is allowed, and from which it is allowed with care. */
const LEVELS = {
  neighbors: { yes: 0.85, partly: 0.6 },
  clusters: { yes: 0.85, partly: 0.6 },
  distances: { yes: 0.8, partly: 0.5 },
  densities: { yes: 0.7, partly: 0.4 },
} as const;
/** By this much another score must differ to be worth a word. */
const NOTABLE = 0.05;
const FDR = 0.05;
/** Groups of neighbor graphs mean nothing where more of the samples have only duplicates for neighbors. */
const MOST_DOUBLED = 0.25;

/** How the sentence on clusters that are neither glued nor torn begins, and ends as long as the structure was not traced. */
export const GROUPS_KEPT = 'Clusters may be read as neighborhoods';
export const GAPS_UNTOLD = '; whether gaps part them in the data, the test of structure tells';

/** The verdict's sentences, in reading order. */
export function writeVerdict(input: VerdictInput): VerdictSentence[] {
  const few = fewSentence(input.measured);
  const nothing = nothingSentence(input);
  if (nothing) return [few ?? nothing];
  const { measures } = input.measured;
  const sentences = [
    few,
    neighborsSentence(input),
    clustersSentence(input.measured),
    distancesSentence(measures),
    densitiesSentence(measures),
    labelsSentence(input.measured),
    regionsSentence(input.measured, input.distortion, input.regions),
  ].filter((sentence) => sentence !== null);
  const unknown = sentences.filter(({ answer }) => answer === 'unknown').map(({ about }) => about);
  const pca = pcaSentence(measures, unknown);
  return pca ? [...sentences, pca] : sentences;
}

/** The sentences as one paragraph. */
export function verdictParagraph(verdict: readonly VerdictSentence[]): string {
  return verdict.map((sentence) => sentence.text).join(' ');
}

/** May neighbors be read off the map? */
function neighborsSentence({ measured, pointwise }: VerdictInput): VerdictSentence | null {
  const { trustworthiness: t, continuity: c, neighborhoodPreservation: p } = measured.measures;
  if (!t || !c || !p) return null;
  const answer = answerOf(Math.min(skill(t), skill(c)), LEVELS.neighbors);
  const opening = {
    yes: 'Neighbors may be read: what lies close together on the map is close in the data, and the reverse',
    partly:
      'Neighbors may be read with care: most of what lies close together on the map is close in the data, but not all',
    no: 'Neighbors may not be read: much of what lies close together on the map is far apart in the data, or the reverse',
    unknown: 'Neighbors cannot be judged',
  }[answer];
  const chance = pointwise.pAdjusted.filter((q) => q > FDR).length / pointwise.pAdjusted.length;
  const text =
    `${opening} (trustworthiness ${valueText(t)}, continuity ${valueText(c)}; ${two(t.null)} is chance); ` +
    `of the ${measured.k} nearest points of a sample ${percent(p.value)} are among its ${measured.k} nearest in the data ` +
    `(chance ${percent(p.null)})${chance > 0 ? `, and at ${percent(chance)} of the samples the neighborhood is no better than chance` : ''}.`;
  const figures = [
    ...figuresOf(measured.measures, ['trustworthiness', 'continuity', 'neighborhoodPreservation']),
    { measure: 'samplesNoBetterThanChance', value: chance, null: 1, pca: null },
  ];
  return { about: 'neighbors', answer, text, figures };
}

/** May groups be read off the map? */
function clustersSentence({ measures, neighborhoods }: TrustMeasures): VerdictSentence | null {
  const { groupSteadiness: s, groupCohesiveness: c } = measures;
  if (!s || !c) return null;
  const figures = figuresOf(measures, ['groupSteadiness', 'groupCohesiveness']);
  const { k, input } = neighborhoods;
  const doubled = input.distances.filter((d, p) => p % k === k - 1 && d === 0).length / input.rows;
  if (doubled > MOST_DOUBLED) {
    const text = `Clusters cannot be judged: ${percent(doubled)} of the samples have more exact duplicates than a neighborhood holds.`;
    return { about: 'clusters', answer: 'unknown', text, figures };
  }
  if (Number.isNaN(s.value) || Number.isNaN(c.value)) {
    const text = 'Clusters cannot be judged: the data, or the map, forms a single group.';
    return { about: 'clusters', answer: 'unknown', text, figures };
  }
  const answer = answerOf(Math.min(s.value, c.value), LEVELS.clusters);
  const scores = `(steadiness ${valueText(s)}, cohesiveness ${valueText(c)}; 0 is chance, 1 is best)`;
  return { about: 'clusters', answer, text: `${clustersWords(s.value, c.value)} ${scores}.`, figures };
}

/** The opening of that sentence: what is glued, what is torn. */
function clustersWords(steadiness: number, cohesiveness: number): string {
  const glued = steadiness < LEVELS.clusters.yes;
  const torn = cohesiveness < LEVELS.clusters.yes;
  const severe = Math.min(steadiness, cohesiveness) < LEVELS.clusters.partly;
  if (!glued && !torn)
    return `${GROUPS_KEPT}: groups on the map are groups of the data, and groups of the data stay together${GAPS_UNTOLD}`;
  const opening = severe ? 'Clusters may not be read' : 'Clusters may be read with care';
  const gluing = 'what looks like one group may be several that the map put together';
  const tearing = 'what looks like several groups may be one that the map tore apart';
  return `${opening}: ${[glued ? gluing : '', torn ? tearing : ''].filter(Boolean).join(', and ')}`;
}

/** May distances between groups be read off the map? */
function distancesSentence(measures: Measures): VerdictSentence | null {
  const { groupDistances: g, shepardCorrelation: s } = measures;
  if (!s) return null;
  const byGroups = g !== undefined && !Number.isNaN(g.value);
  const answer = answerOf(
    byGroups ? Math.min(g.value, Math.max(s.value, LEVELS.distances.partly)) : s.value,
    LEVELS.distances,
  );
  const opening = {
    yes: 'Distances between clusters may be read: what is far apart on the map is far apart in the data',
    partly: 'Distances between clusters may be read only roughly',
    no: 'Distances between clusters may not be read: clusters that are far apart on the map need not be in the data',
    unknown: 'Distances between clusters cannot be judged',
  }[answer];
  const scores = byGroups
    ? `rank correlation of the distances between group centers ${valueText(g)}, over all pairs of samples ${valueText(s)}`
    : `fewer than five groups, so judged by the rank correlation over all pairs of samples, ${valueText(s)}`;
  const text = `${opening} (${scores}; 0 is chance).`;
  const names: MeasureName[] = ['groupDistances', 'shepardCorrelation', 'tripletAccuracy'];
  return { about: 'distances', answer, text, figures: figuresOf(measures, names) };
}

/** May densities be read off the map? */
function densitiesSentence(measures: Measures): VerdictSentence | null {
  const { densityPreservation: d } = measures;
  if (!d) return null;
  if (Number.isNaN(d.value)) {
    const text = 'Densities cannot be judged: too few samples have neighbors that are no exact duplicates.';
    return {
      about: 'densities',
      answer: 'unknown',
      text,
      figures: figuresOf(measures, ['densityPreservation']),
    };
  }
  const answer = answerOf(d.value, LEVELS.densities);
  const opening = {
    yes: 'Densities may be read: crowded regions of the map are crowded in the data',
    partly: 'Densities may be read only roughly',
    no: 'Densities may not be read: how tight or spread a cluster looks says little about the data',
    unknown: 'Densities cannot be judged',
  }[answer];
  const text = `${opening} (correlation of local radii ${valueText(d)}; 0 is chance).`;
  return { about: 'densities', answer, text, figures: figuresOf(measures, ['densityPreservation']) };
}

/** Are the labels as well separated on the map as in the data? Null without labels. */
function labelsSentence({ measures, noClasses }: TrustMeasures): VerdictSentence | null {
  if (noClasses) return namesSentence(noClasses);
  const { labelAccuracy: a } = measures;
  if (!a || a.input === null) return null;
  const scores = `(a sample's neighbors name its label in ${percent(a.value)} of cases on the map, ${percent(a.input)} in the data, ${percent(a.null)} by chance)`;
  const difference = a.value - a.input;
  const words =
    difference > NOTABLE
      ? 'The map separates the labels better than the data does, so gaps between them may be exaggerated'
      : difference < -NOTABLE
        ? 'The map blurs the labels: they are better separated in the data'
        : 'The labels are as well separated on the map as in the data';
  const figures = [
    ...figuresOf(measures, ['labelAccuracy']),
    { measure: 'labelAccuracyInput', value: a.input, null: a.null, pca: null },
  ];
  return {
    about: 'labels',
    answer: Math.abs(difference) > NOTABLE ? 'partly' : 'yes',
    text: `${words} ${scores}.`,
    figures,
  };
}

/** Labels that are different for nearly every sample name samples: nothing can be said of how well they are separated. */
function namesSentence({ different, labelled }: NoClasses): VerdictSentence {
  const text =
    `The labels are no classes: there are ${different} different ones for ${labelled} samples, and most samples have one that no other has. ` +
    'Nothing was measured on them; name a column of groups.';
  const figures = [
    { measure: 'differentLabels', value: different, null: null, pca: null },
    { measure: 'labelledSamples', value: labelled, null: null, pca: null },
  ];
  return { about: 'labels', answer: 'unknown', text, figures };
}

/** Readings for which a plain PCA would be the better picture. */
function pcaSentence(
  measures: Measures,
  unknown: readonly VerdictSentence['about'][],
): VerdictSentence | null {
  const readings: readonly [string, MeasureName, VerdictSentence['about']][] = [
    ['neighbors', 'trustworthiness', 'neighbors'],
    ['clusters', 'groupSteadiness', 'clusters'],
    [
      'distances between clusters',
      measures.groupDistances?.value ? 'groupDistances' : 'shepardCorrelation',
      'distances',
    ],
    ['densities', 'densityPreservation', 'densities'],
  ];
  const better = readings.filter(([, name, about]) => {
    if (unknown.includes(about)) return false;
    const measure = measures[name];
    return measure?.pca != null && measure.pca - measure.value > NOTABLE;
  });
  if (better.length === 0) return null;
  const told = better.map(
    ([words, name]) =>
      `${words} (${two(measures[name]?.pca ?? 0)} against ${two(measures[name]?.value ?? 0)})`,
  );
  const text = `For ${told.join(' and ')} a plain PCA of the same data is the better picture.`;
  return {
    about: 'pca',
    answer: 'partly',
    text,
    figures: figuresOf(
      measures,
      better.map(([, name]) => name),
    ),
  };
}

/** The answer at a score and its levels; `unknown` for NaN. */
function answerOf(score: number, level: { readonly yes: number; readonly partly: number }): Answer {
  if (Number.isNaN(score)) return 'unknown';
  return score >= level.yes ? 'yes' : score >= level.partly ? 'partly' : 'no';
}
