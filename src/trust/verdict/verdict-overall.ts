/** The sentences of a verdict about the map as a whole, and what all sentences share: figures, skills, numbers in words. */

import type { Measure, TrustMeasures } from '../measure.js';
import type { MeasureName } from '../measure-table.js';
import { excessOverNull } from '../measures/rank-null.js';
import type { VerdictFigure, VerdictSentence } from '../types.js';

/** Below this many standard errors over the null, or below this skill, nothing may be concluded. */
const LEAST_EXCESS = 4;
const LEAST_SKILL = 0.1;
/** Below this many samples figures vary too much between samples to be read. */
const FEW_SAMPLES = 30;

export type Measures = TrustMeasures['measures'];

/** What the judgement of the whole map rests on. */
export interface OverallInput {
  readonly measured: TrustMeasures;
  readonly pointwise: { readonly trustworthiness: Float64Array; readonly continuity: Float64Array };
  readonly nullSorted: Float64Array;
}

/** Told first where figures vary more with the samples than with the map: few samples, or neighborhoods of most of them. */
export function fewSentence({ samples, k, measures }: TrustMeasures): VerdictSentence | null {
  const isWide = 2 * k > samples - 1;
  if (samples >= FEW_SAMPLES && !isWide) return null;
  const why = isWide
    ? `each neighborhood of ${k} holds most of the ${samples - 1} other samples`
    : `there are only ${samples} samples`;
  const text =
    `Too little can be told from this map: ${why}, so that a map whose points are shuffled may do as well. ` +
    'Take the sentences and figures as hints.';
  return {
    about: 'overall',
    answer: 'unknown',
    text,
    figures: figuresOf(measures, ['trustworthiness', 'continuity']),
  };
}

/** The only sentence where the map is no better than a shuffled one, else null. */
export function nothingSentence({ measured, pointwise, nullSorted }: OverallInput): VerdictSentence | null {
  const { trustworthiness: t, continuity: c } = measured.measures;
  if (!t || !c) return null;
  const excess = Math.max(
    excessOverNull(pointwise.trustworthiness, nullSorted),
    excessOverNull(pointwise.continuity, nullSorted),
  );
  if (excess >= LEAST_EXCESS && Math.max(skill(t), skill(c)) >= LEAST_SKILL) return null;
  const text =
    'Nothing may be concluded from this map: its neighborhoods agree with those of the data no better than ' +
    `a map whose points are shuffled (trustworthiness ${two(t.value)} and continuity ${two(c.value)}, both ${two(t.null)} when shuffled). ` +
    'Check first that the features and the embedding hold the same samples in the same order.';
  const figures = [...figuresOf(measured.measures, ['trustworthiness', 'continuity'])];
  return { about: 'overall', answer: 'no', text, figures };
}

/** Share of the way from chance (0) to the best value (1). */
export function skill(measure: Measure): number {
  return measure.null < 1 ? (measure.value - measure.null) / (1 - measure.null) : 0;
}

/** The figures that a sentence rests on. */
export function figuresOf(measures: Measures, names: readonly MeasureName[]): VerdictFigure[] {
  return names.flatMap((name) => {
    const m = measures[name];
    return m ? [{ measure: name, value: m.value, null: m.null, pca: m.pca }] : [];
  });
}

/** A value, with its interval when it is an estimate. */
export function valueText({ value, interval }: Measure): string {
  return interval ? `${two(value)} [${two(interval[0])} to ${two(interval[1])}]` : two(value);
}

/** Two digits after the point. */
export function two(value: number): string {
  return value.toFixed(2);
}
