/** Varimax of some starts, reference: one after another (core/varimax.ts). */

import { rotateToOptimum } from '../../../core/varimax.js';
import type { Engine } from '../../engine.js';
import { unwatched } from '../../watch.js';

/** See `Engine.rotateFactors`. */
export const rotateFactors: Engine['rotateFactors'] = async (starts, features, watch = unwatched) => {
  for (const factors of starts) {
    rotateToOptimum(factors, features);
    await watch.checkpoint();
  }
};
