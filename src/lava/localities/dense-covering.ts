/**
 * A denser covering of the map, on which modules are fitted.
 *
 * Purpose: modules fitted on few localities depend on where those happen to lie. The fit uses the localities that are
 *   reported and, where these are fewer than ENOUGH, up to twice as many more of the same size. Their probes start on
 *   samples at equal steps along the kd-tree's order, which follows the density of the samples, and are moved apart by a
 *   few steps of k-means. Without these the probes lie as unevenly as samples do, and modules depend on where: share
 *   that comes back at 0.9 on 5,000 digits 0.53, with them 0.97 (docs/lab/stability.md).
 * Source: ours. Shapes: as Localities; the first ones are those reported. Deterministic: the draw is fixed.
 * Types: `Embedding`, the map: coordinates (samples x dimensions). `Localities`, n-neighborhoods of probes: count
 *   (how many), size (n, samples in each), order (sample rows in an order that the table does not change), probes
 *   (count x dimensions), members (count x size sample rows, nearest first), radius (distance to the farthest member,
 *   one a locality). `Engine`: the heavy routines; each rejects with CancelledError when its watch ends. `Watch`:
 *   takes the progress of a stage, and throws CancelledError at a checkpoint once the signal is aborted. `KdTree`, of
 *   the coordinates: points (the matrix, by row). `Matrix`, row-major float32: columns (how many), data (element (r,
 *   c) at `r * columns + c`).
 * Fails: CancelledError once the signal is aborted.
 */

import { kdTreeSteps } from '../../core/kd-tree.js';
import { gatherRows, matrix } from '../../core/matrix.js';
import { createRandom } from '../../core/random.js';
import type { Engine, Watch } from '../../engine/engine.js';
import { paced } from '../../engine/watch.js';
import type { Embedding, Localities } from '../../model.js';
import { canonicalOrder } from './canonical-order.js';
import { distinctPoints } from './copies.js';
import { gatherMembers } from './members.js';
import { placeProbes } from './placement.js';
import { principalAxes } from './principal-axes.js';

/** Localities beyond which a covering needs no more for a fit. */
const ENOUGH = 1500;
const MOST_TIMES = 3;
/** Steps of k-means: few, since many thin out dense regions. */
const EVENING = 4;

/**
 * The localities, followed by further ones of the same size between them, on which modules are fitted: three times as
 * many in all, up to `enough`. Called before every fit. Where there are enough, they come back as they are.
 * @param enough localities beyond which no more are added; default ENOUGH.
 */
export async function denseCovering(
  embedding: Embedding,
  localities: Localities,
  engine: Engine,
  watch: Watch,
  enough = ENOUGH,
): Promise<Localities> {
  const { count, size } = localities;
  const wanted = Math.max(count, Math.min(MOST_TIMES * count, enough)) - count;
  if (wanted === 0) return localities;
  await watch.checkpoint();
  const frame = principalAxes(embedding.coordinates);
  await watch.checkpoint();
  const order = localities.order ?? canonicalOrder(frame.points);
  await watch.checkpoint();
  const { points, copies, all } = distinctPoints(gatherRows(frame.points, order), size);
  const tree = await paced(kdTreeSteps(points), watch);
  const d = tree.points.columns;
  const probes = matrix(count + wanted, d);
  probes.data.set(localities.probes.data);
  const even = new Float64Array(points.rows).fill(1);
  const placement = { count: wanted, iterations: EVENING };
  const added = await placeProbes(tree, even, placement, createRandom(0, 'dense'), watch, engine);
  probes.data.set(frame.toMap(added).data, count * d);
  const found = await gatherMembers(tree, added, size / copies, engine, watch);
  const members = new Int32Array((count + wanted) * size);
  members.set(localities.members);
  members.set(
    all(found.members).map((position) => order[position]),
    count * size,
  );
  const radius = new Float32Array(count + wanted);
  radius.set(localities.radius);
  radius.set(found.radius, count);
  return { ...localities, count: count + wanted, probes, members, radius };
}
