/**
 * What a fit does with the associations of all localities, wherever they are: on the engine of the context, or on shards.
 *
 * Purpose: the factorization is written once against these operations. Each is the routine of the same name in
 *   engine/engine.ts over all localities; sums over localities are made in segments (segments.ts), so both give the same bytes.
 * Types: `Associations`, of all localities: localities (how many), form, groups (blocks that are held at once), held (false
 *   where blocks are made anew on each pass). `Matrix`: row-major float32. `Watch`, of a stage: checkpoint, progress.
 *   `Engine`, the heavy routines. `AssociationRules`, how correlations become associations.
 * Fails: CancelledError when the watch ends; MachineError where memory cannot be had.
 */

import { matrix } from '../../core/matrix.js';
import type { AssociationRules, AssociationSum, Engine, SweptModules, Watch } from '../../engine/engine.js';
import type { Associations, Csr, Localities, Matrix } from '../../model.js';
import {
  correlateLocalities,
  type ModuleCorrelations,
  type WantedCorrelations,
} from '../describe/local-correlations.js';
import { segmentSize } from './segments.js';

/** What associations were made of. */
export interface Samples {
  readonly features: Matrix | Csr;
  readonly localities: Pick<Localities, 'members' | 'size' | 'count'>;
  readonly rules: AssociationRules;
}

export interface AssociationOperations {
  /** Most copies of a sum of patterns that are in memory while it is made. */
  readonly copies: number;
  /** Inner products with the pair patterns of loadings (features x m): localities x m. */
  quadraticForms(loadings: Matrix, watch: Watch): Promise<Matrix>;
  /** Sums of associations times presence (localities x m): m x pairs. */
  sumPatterns(presence: Matrix, watch: Watch): Promise<Matrix>;
  /** The sum of all associations times a factor, to be multiplied by many. The caller releases it. */
  associationSum(factor: number, watch: Watch): Promise<AssociationSum>;
  /** Coordinate sweeps over the loadings of consecutive modules, in place. */
  sweepAssociations(modules: SweptModules, sweeps: number, watch: Watch): Promise<void>;
  /**
   * Sums of unbiased squared correlations, for each module f x f over its features.
   * @param samples that the associations were made of. @param factors localities x modules. @param chosen features of each.
   */
  sumLocalSquares(
    samples: Samples,
    factors: Float64Array,
    chosen: readonly Int32Array[],
    watch: Watch,
  ): Promise<Float32Array[]>;
  /** Correlations of modules' features where these are present (../describe/local-correlations.ts). */
  correlateLocalities(
    samples: Samples,
    wanted: WantedCorrelations,
    watch: Watch,
  ): Promise<ModuleCorrelations[]>;
}

/** Associations that are computed and kept by shards; their blocks come from there, one at a time. */
export interface ShardedAssociations extends Associations {
  readonly operations: AssociationOperations;
  /** Gives their memory on all shards back. */
  release(): Promise<void>;
}

/** Whether associations are on shards. */
export function isSharded(associations: Associations): associations is ShardedAssociations {
  return 'operations' in associations;
}

/** The operations on some associations. @param engine of the context that they were made with. */
export function operationsOf(associations: Associations, engine: Engine): AssociationOperations {
  if (isSharded(associations)) return associations.operations;
  return engineOperations(associations, engine, segmentSize(associations.localities));
}

/** Operations on associations that the engine holds or makes anew. @param segment localities of a segment. */
export function engineOperations(
  associations: Associations,
  engine: Engine,
  segment: number,
): AssociationOperations {
  const { form, localities: count, held } = associations;
  const summed = { form, count, segment };
  return {
    // the sums of a segment and of a group that go on in the next block wait beside the total
    copies: held ? 1 : 3,
    async quadraticForms(loadings, watch) {
      const result = matrix(count, loadings.columns);
      let done = 0;
      for await (const blocks of associations.groups()) {
        const { data } = await engine.quadraticForms(blocks, form, loadings, watch);
        result.data.set(data, done);
        done += data.length;
      }
      return result;
    },
    sumPatterns: (presence, watch) => engine.sumPatterns(associations.groups(), summed, presence, watch),
    associationSum: (factor, watch) => engine.associationSum(associations.groups(), summed, factor, watch),
    sweepAssociations: (modules, sweeps, watch) =>
      engine.sweepAssociations(associations.groups(), summed, modules, sweeps, watch),
    sumLocalSquares: ({ features, localities, rules }, factors, chosen, watch) => {
      const { members, size } = localities;
      return engine.sumLocalSquares(features, { members, size, factors, segment }, chosen, rules, watch);
    },
    correlateLocalities,
  };
}
