/**
 * Sums of associations over localities, times the presence of modules, by `kernels/associate/quadratic.ts`; an item is a feature.
 *
 * Definition: G[k, pair(i, j)] = sum over l of P[l, k] A_l[i, j], with A_l the d x d association matrix of locality l and
 *   P[l, k] the presence of module k. Localities are summed in segments, and these in groups (`SummedLocalities`): a call of the
 *   kernel takes some blocks; where a segment or a group goes on in the next call, its sums so far wait in memory as large as the
 *   total.
 * Shapes: presence localities x m, padded with zeros to a multiple of 4 modules.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends). `Inputs`, what is in the engine's memory. `Scope`, allocations that end together: copy (copies an array in,
 *   gives its address), allocate (an address for so many bytes; MachineError when there is no room), free (ends it).
 *   `AssociationBlock`, of consecutive localities: count (localities), features (d). `Matrix`: row-major float32.
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import { matrix } from '../../../core/matrix.js';
import type { AssociationBlock, Matrix } from '../../../model.js';
import { groupSize } from '../../association-rules.js';
import type { Engine, SummedLocalities, Watch } from '../../engine.js';
import { localitiesOf } from '../../js/factorize/products.js';
import { unwatched } from '../../watch.js';
import type { Inputs } from '../runtime/inputs.js';
import { AS_PAIRS, type KernelArguments } from '../runtime/layouts.js';
import { createScope, floatsAt, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { copyBlocks, entriesOf, lanes, padColumns, signedFlag } from './factor.js';

type Groups = Parameters<Engine['sumPatterns']>[0];
type Sums = Pick<
  KernelArguments<'accumulatePatterns'>,
  'total' | 'layout' | 'fresh' | 'open' | 'carried' | 'group' | 'groupCarried'
>;

/** What computes, and the scope that sums belong to. */
interface Machine {
  readonly runtime: Runtime;
  readonly inputs: Inputs;
  readonly scope: Scope;
}

/** Sums in the engine's memory, until their scope ends. */
export interface PatternSums {
  /** Address of m x d (d - 1) / 2 or m x d x d float32, as the layout says. */
  readonly total: number;
  /** Features; 0 where there was no block. */
  readonly d: number;
}

/** Makes `Engine.sumPatterns`. No blocks give a matrix without columns. */
export function createSumPatterns(runtime: Runtime, inputs: Inputs): Engine['sumPatterns'] {
  return async (groups, summed, presence, watch = unwatched) => {
    const scope = createScope(runtime.arena);
    try {
      const machine = { runtime, inputs, scope };
      const { total, d } = await sumInSegments(machine, groups, summed, presence, AS_PAIRS, watch);
      const result = matrix(presence.columns, (d * Math.max(0, d - 1)) / 2);
      result.data.set(floatsAt(runtime.arena.memory, total, result.data.length));
      return result;
    } finally {
      scope.free();
    }
  };
}

/**
 * Sums presence times associations over all groups of blocks.
 * @param presence localities x m. @param layout AS_PAIRS or AS_SQUARE, of which only what is above the diagonal is written.
 */
export async function sumInSegments(
  machine: Machine,
  groups: Groups,
  summed: SummedLocalities,
  presence: Matrix,
  layout: number,
  watch: Watch,
): Promise<PatternSums> {
  const { scope } = machine;
  const m = presence.columns;
  const ends = segmentEnds(summed);
  let sums: Sums = { total: 0, layout, fresh: 1, open: 0, carried: 0, group: 0, groupCarried: 0 };
  let d = 0;
  let done = 0;
  for await (const blocks of groups) {
    if (blocks.length === 0) continue;
    d = blocks[0].features;
    const bytes = 4 * m * (layout === AS_PAIRS ? (d * (d - 1)) / 2 : d * d);
    if (!sums.total) sums = { ...sums, total: scope.allocate(bytes) };
    const rows = localitiesOf(blocks);
    const part = { rows, columns: m, data: presence.data.subarray(done * m, (done + rows) * m) };
    const ending = blocks.map(ends);
    const goesOn = ending.at(-1) === 0;
    if (goesOn && !sums.open) sums = { ...sums, open: scope.allocate(bytes) };
    const lastEnd =
      ending.findLast((end) => end !== WITHIN) ?? (sums.groupCarried ? SEGMENT_ENDS : GROUP_ENDS);
    const groupGoesOn = lastEnd === SEGMENT_ENDS;
    if (groupGoesOn && !sums.group) sums = { ...sums, group: scope.allocate(bytes) };
    await addPatterns(machine, { blocks, ending }, summed, part, sums, watch);
    sums = {
      ...{ ...sums, carried: goesOn ? 1 : 0, groupCarried: groupGoesOn ? 1 : 0 },
      fresh: ending.includes(GROUP_ENDS) ? 0 : sums.fresh,
    };
    done += rows;
  }
  return { total: sums.total, d };
}

/** What ends with a block. */
const WITHIN = 0;
const SEGMENT_ENDS = 1;
const GROUP_ENDS = 2;

/** Tells of one block after another what ends with it. */
function segmentEnds({ count, segment }: SummedLocalities): (block: AssociationBlock) => number {
  let done = 0;
  const group = groupSize(count, segment);
  return (block) => {
    done += block.count;
    if (done === count || done % group === 0) return GROUP_ENDS;
    return done % segment === 0 ? SEGMENT_ENDS : WITHIN;
  };
}

/**
 * Adds presence times associations of some blocks to sums in the engine's memory.
 * @param ending what ends with each block. @param presence localities of the blocks x m.
 */
async function addPatterns(
  { runtime, inputs }: Machine,
  { blocks, ending }: { readonly blocks: readonly AssociationBlock[]; readonly ending: readonly number[] },
  { form }: SummedLocalities,
  presence: Matrix,
  sums: Sums,
  watch: Watch,
): Promise<void> {
  const d = blocks[0].features;
  const modules = presence.columns;
  const width = lanes(modules);
  const scope = createScope(runtime.arena);
  try {
    await runtime.run(
      {
        kernel: 'accumulatePatterns',
        items: d,
        scratch: d * width * 12,
        work: entriesOf(blocks) * width * 2 + (modules * d * d) / 2,
        call: {
          ...{ blocks: copyBlocks(blocks, inputs, scope, ending), blockCount: blocks.length, d },
          ...{ signed: signedFlag(form), presence: scope.copy(padColumns(presence, width)) },
          ...{ ...sums, width, modules, closes: ending.some((end) => end !== WITHIN) ? 1 : 0 },
          completes: ending.includes(GROUP_ENDS) ? 1 : 0,
        },
      },
      watch,
    );
  } finally {
    scope.free();
  }
}
