/**
 * Is what a map shows in the data? Every structure of the map is put as a statement about the data and tested there.
 *
 * Purpose: `traceStructure`, the whole answer in one call. Source: find.ts finds without looking at the data, judge.ts tests
 *   in the data, again.ts makes maps again; p is corrected over the structures of one map (Holm 1979).
 * Shapes: features samples x d, embedding samples x dimensions; at least 30 samples.
 * Cost: neighbors in the data and on the map, each structure by itself, and the maps that are made.
 * How it fails: to the safe side, "cannot be told". Determinism: streams `structure-*`.
 */

import { type PartialContext, resolveContext } from '../../engine/context.js';
import { ShapeError } from '../../errors.js';
import type { Matrix, StructureForces, Warning } from '../../model.js';
import { checkInput, checkInteger } from '../checks.js';
import type { SpaceOptions } from '../reference-space.js';
import type { TrustInput } from '../types.js';
import { cloudLike, otherMaps, shownAgain, shownByCloud } from './again.js';
import { type Candidate, judgeStructures, type NamedRegion } from './candidates.js';
import { findStructures, leastSamples } from './find.js';
import { answerOf } from './judge.js';
import { statementOf, textOf } from './sentences.js';
import { testSpace } from './space.js';
import type { MapStructures, TracedStructure } from './types.js';

const FEWEST_SAMPLES = 30;
const FEWEST_OF_CLUSTER = 8;

export interface StructureInput extends TrustInput {
  /** Regions to ask about besides what the map shows by itself. */
  readonly regions?: readonly NamedRegion[];
  /** Makes a map of data of the same samples, with a number to vary its seed by; without it no map is made again. */
  readonly embed?: (features: Matrix, index: number) => Promise<Matrix>;
  /** Forces between two groups of samples on the map; see `structureForces` of whymap/dr. Without it they are left out. */
  readonly forces?: (a: Int32Array, b: Int32Array) => Promise<StructureForces>;
}

export interface StructureOptions extends SpaceOptions {
  /** Fewest samples of a cluster, at least 8. Default 20, or a tenth of the samples where these are fewer than 200. */
  readonly leastSamples?: number;
  /** Maps made with other seeds. Default 3. */
  readonly seeds?: number;
  /** Maps made of a cloud without structure. Default 9. */
  readonly nullMaps?: number;
}

export interface StructureTrace {
  readonly samples: number;
  readonly found: MapStructures;
  /** Clusters, gaps, bridges, holes, then regions. */
  readonly structures: readonly TracedStructure[];
  readonly warnings: readonly Warning[];
}

/** Traces every structure of a map, and the given regions. Throws ShapeError, FormatError or OptionError for wrong input. */
export async function traceStructure(
  input: StructureInput,
  options: StructureOptions = {},
  partialContext: PartialContext = {},
): Promise<StructureTrace> {
  const context = await resolveContext(partialContext);
  const { seeds, nullMaps, least } = checked(input, options);
  const { embedding: map, regions = [], embed } = input;
  const test = await testSpace(input.features, options, context);
  const found = await findStructures(map, { leastSamples: least }, context);
  const candidates = judgeStructures(found, regions, test, map, least);
  const make = { again: seeds, clouds: nullMaps };
  if (!embed || candidates.length === 0) make.again = make.clouds = 0;
  const again = await otherMaps(
    make.again,
    async (at) => (embed ? embed(test.space, at + 1) : map),
    { leastSamples: least },
    context,
  );
  const cloud = (at: number) => cloudLike(test.scores, context.random.stream(`structure-cloud-${at}`));
  const clouds = await otherMaps(
    make.clouds,
    async (at) => (embed ? embed(cloud(at), at) : map),
    { leastSamples: least },
    context,
  );
  const adjusted = holm(candidates.map(({ judged }) => judged.p));
  const structures: TracedStructure[] = [];
  for (const [at, candidate] of candidates.entries()) {
    const forces = input.forces ? await forcesOf(candidate, map.rows, input.forces) : null;
    structures.push(
      traced(candidate, adjusted[at], {
        seeds: shownAgain(candidate, again),
        nullMaps: shownByCloud(candidate, clouds),
        forces,
        center: centerOf(candidate, map),
      }),
    );
  }
  return { samples: map.rows, found, structures, warnings: [] };
}

/** Checked options with defaults filled in. */
function checked(input: StructureInput, { seeds = 3, nullMaps = 9, leastSamples: least }: StructureOptions) {
  checkInput(input);
  const { rows } = input.embedding;
  if (rows < FEWEST_SAMPLES) {
    throw new ShapeError({
      got: `${rows} samples`,
      expected: `at least ${FEWEST_SAMPLES} samples`,
      remedy: 'give more samples: of so few no structure can be told from chance',
    });
  }
  checkInteger('seeds', seeds, 0, 1000, '3 are a start');
  checkInteger('nullMaps', nullMaps, 0, 1000, '9 are a start');
  const fewest = least ?? leastSamples(rows);
  checkInteger('leastSamples', fewest, FEWEST_OF_CLUSTER, rows, 'half of a cluster is tested by itself');
  return { seeds, nullMaps, least: fewest };
}

/** A candidate with its answer. */
function traced(
  candidate: Candidate,
  pAdjusted: number,
  others: Pick<TracedStructure, 'seeds' | 'nullMaps' | 'forces' | 'center'>,
): TracedStructure {
  const { kind, name, rows, judged } = candidate;
  const answer = answerOf(judged, pAdjusted);
  return {
    kind,
    name,
    statement: statementOf(candidate),
    answer,
    statistic: judged.statistic,
    p: judged.p,
    pAdjusted,
    figures: judged.figures,
    ...others,
    rows,
    text: textOf(candidate, { answer, pAdjusted, ...others }),
  };
}

/** Mean coordinates of the samples, of a gap those of the smaller side. */
function centerOf({ rows }: Candidate, map: Matrix): number[] {
  const side = rows.reduce((smaller, part) => (part.length < smaller.length ? part : smaller));
  return Array.from({ length: map.columns }, (_, d) =>
    side.reduce((sum, i) => sum + map.data[i * map.columns + d] / side.length, 0),
  );
}

/** Forces across a gap, or between a group and all others; null for a hole. */
async function forcesOf(
  { kind, rows }: Candidate,
  samples: number,
  forces: NonNullable<StructureInput['forces']>,
): Promise<StructureForces | null> {
  if (kind === 'hole') return null;
  if (rows.length === 2) return forces(rows[0], rows[1]);
  const inside = new Uint8Array(samples);
  for (const i of rows[0]) inside[i] = 1;
  return forces(rows[0], Int32Array.from([...inside.keys()].filter((i) => !inside[i])));
}

/** Holm's correction: the chance of any false finding among the tests, in their order. */
function holm(p: readonly number[]): number[] {
  const adjusted = new Array<number>(p.length);
  const order = [...p.keys()].sort((a, b) => p[a] - p[b] || a - b);
  let most = 0;
  order.forEach((test, rank) => {
    most = Math.max(most, Math.min(1, p[test] * (p.length - rank)));
    adjusted[test] = most;
  });
  return adjusted;
}
