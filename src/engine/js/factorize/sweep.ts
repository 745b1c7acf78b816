/**
 * Coordinate sweeps over the loadings of modules, reference: one step after another (core/coordinate-step.ts).
 * Precision: sums of associations in float32, sweeps in double. Cost: features^2 a module and sweep.
 */

import { sweepModule, unpackPairs } from '../../../core/coordinate-step.js';
import type { Engine } from '../../engine.js';
import { unwatched } from '../../watch.js';
import { sumPatterns } from './products.js';

/** See `Engine.sweepAssociations`. */
export const sweepAssociations: Engine['sweepAssociations'] = async (
  groups,
  summed,
  { loadings, first, presence, q },
  sweeps,
  watch = unwatched,
) => {
  const d = loadings.columns;
  const m = presence.columns;
  const pairs = (d * (d - 1)) / 2;
  const total = await sumPatterns(groups, summed, presence, watch);
  const full = new Float32Array(d * d);
  const pattern = { features: null, full, image: null };
  for (let t = 0; t < m; t++) {
    unpackPairs(total.data.subarray(t * pairs, (t + 1) * pairs), d, full);
    for (let sweep = 0; sweep < sweeps; sweep++) sweepModule(loadings, first + t, pattern, q);
    await watch.checkpoint();
  }
};

/** See `Engine.sweepPatterns`. */
export const sweepPatterns: Engine['sweepPatterns'] = async (
  modules,
  { sweeps, least },
  watch = unwatched,
) => {
  for (const { loadings, k, q, ...pattern } of modules) {
    for (let sweep = 0; sweep < sweeps; sweep++) if (sweepModule(loadings, k, pattern, q) < least) break;
    await watch.checkpoint();
  }
};
