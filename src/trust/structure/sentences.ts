/** Statements, answers and what they rest on, in words. */

import { capitalized, count, decimal, listed, plural, pValue } from '../../core/words.js';
import type { StructureAnswer, StructureForces } from '../../model.js';
import type { Candidate } from './candidates.js';
import type { ShownIn, StructureFigure } from './types.js';

/** What would have to be true in the data. */
export function statementOf({ kind, rows, sides }: Candidate): string {
  switch (kind) {
    case 'gap':
      return `In the data few samples stand between ${listed(sides)}: there is a valley in the density.`;
    case 'cluster':
    case 'region':
      return `In the data a valley in the density parts ${sides[0]} from every other group near it.`;
    case 'bridge':
      return `In the data these ${plural(rows[0].length, 'sample')} lead from ${sides.join(' to ')} in steps much shorter than the way between.`;
    case 'hole':
      return 'In the data the samples around the hole form a loop that nothing fills.';
  }
}

/** What is known of a structure besides its judgement. */
export interface Told {
  readonly answer: StructureAnswer;
  readonly pAdjusted: number;
  readonly seeds: ShownIn | null;
  readonly nullMaps: ShownIn | null;
  readonly forces: StructureForces | null;
}

/** What the answer rests on, and what other maps and forces say. */
export function textOf(candidate: Candidate, told: Told): string {
  const { kind, name, rows } = candidate;
  const sizes = kind === 'hole' ? '' : ` (${listed(rows.map(({ length }) => count(length)))} samples)`;
  const parts = [groundsOf(candidate, told), seedsText(told), cloudText(candidate, told), forcesText(told)];
  return `${capitalized(name)}${sizes}: ${parts.filter(Boolean).join(' ')}`;
}

/** What the answer rests on. */
function groundsOf(candidate: Candidate, { pAdjusted }: Told): string {
  const { statistic, figures } = candidate.judged;
  const p = `p ${pValue(pAdjusted)}`;
  switch (candidate.kind) {
    case 'bridge':
      return `with these samples the longest step from ${candidate.sides.join(' to ')} is ${decimal(statistic.value)} times shorter than without (${p}).`;
    case 'hole':
      return `the loop around it is filled at ${decimal(statistic.value)} times the scale at which it closes, on the map at ${decimal(figureNamed(figures, 'loopRatioOnMap'))} times (${p}).`;
    default:
      return figures.length === 0 ? 'there is no other group to part it from.' : densitiesText(candidate, p);
  }
}

/** Density at the border, along the best direction and among neighbors. */
function densitiesText({ kind, judged }: Candidate, p: string): string {
  const { statistic, figures, without } = judged;
  const samples = figureNamed(figures, 'borderSamples');
  const where =
    kind === 'gap' ? 'the direction that parts them' : 'the direction that parts it from its nearest rival';
  const valley = `along ${where} density at the border is ${decimal(statistic.value)} of the sparser side (${p})`;
  const border =
    samples < 2
      ? 'hardly any sample has neighbors on both sides'
      : `${plural(samples, 'sample has', 'samples have')} neighbors on both sides, at ${decimal(figureNamed(figures, 'borderDensity'))} of the density inside`;
  if (!without) return `${valley}; ${border}.`;
  const way = samples < 2 ? 'through other groups, without a drop in density' : border;
  return `in the data they run into one another: ${way}; ${valley}.`;
}

/** A figure by its name; NaN where there is none. */
function figureNamed(figures: readonly StructureFigure[], name: string): number {
  return figures.find((figure) => figure.name === name)?.value ?? Number.NaN;
}

/** Whether it comes back with other seeds. */
function seedsText({ seeds }: Told): string {
  return seeds
    ? `${seeds.shown} of ${plural(seeds.of, 'map')} with other seeds ${seeds.shown === 1 ? 'shows' : 'show'} it.`
    : '';
}

/** Whether the method makes the like of nothing. */
function cloudText({ kind }: Candidate, { nullMaps }: Told): string {
  if (!nullMaps) return '';
  const like = {
    gap: 'a gap as wide',
    cluster: 'a gap as wide',
    bridge: 'such a bridge',
    hole: 'such a hole',
    region: '',
  }[kind];
  const shows = nullMaps.shown === 1 ? 'shows' : 'show';
  return `${nullMaps.shown} of ${plural(nullMaps.of, 'map')} of a single cloud ${shows} ${like}.`;
}

/** What holds it together and what pushes it apart. */
function forcesText({ forces }: Told): string {
  if (!forces) return '';
  const { attractionAcross, repulsionAcross, pairsAcross, pairsOfHalf, widthAfter, widthWithout } = forces;
  if (pairsAcross === 0) return 'No pair attracts across.';
  return (
    `${plural(pairsAcross, 'pair attracts', 'pairs attract')} across (${count(pairsOfHalf)} make up half) with ` +
    `${decimal(attractionAcross / repulsionAcross)} of the repulsion; without them the sides stand ${decimal(widthWithout)} ` +
    `neighbor distances apart instead of ${decimal(widthAfter)}.`
  );
}
