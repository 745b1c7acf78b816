/** The rows along few directions, by which tiles are passed over: see `kernels/knn-exact/prune.ts`. */

import type { Matrix } from '../../../model.js';
import type { Engine } from '../../engine.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { directionsOf } from './directions.js';
import type { Frame } from './frame.js';
import { placeScreen, type Screen } from './prepared-rows.js';
import { SIEVE_DIRECTIONS } from './prune-trial.js';

/** With a product of fewer columns a sieve costs about as much. */
const FEWEST_COLUMNS = 16;

/** A screen over the same rows in the same order, or null where it would not be worth it. */
export async function placeSieve(
  runtime: Runtime,
  scope: Scope,
  multiply: Engine['multiply'],
  { data, frame, screen }: { data: Matrix; frame: Frame; screen: Screen },
): Promise<Screen | null> {
  if (frame.metric === 'manhattan' || screen.depth < FEWEST_COLUMNS) return null;
  const basis = await directionsOf(multiply, data, frame, SIEVE_DIRECTIONS);
  const rows = { data, asked: data, frame, source: screen.data.source };
  return placeScreen(runtime, scope, rows, { kind: 'turned', basis, depth: SIEVE_DIRECTIONS });
}
