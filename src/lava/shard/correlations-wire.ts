/**
 * Correlations of modules' features inside localities, as messages: what a shard is asked for, and what it has found.
 *
 * Types: `WantedCorrelations`: modules (features, loadings), present (localities x modules), coordinates. `ModuleCorrelations`:
 *   correlations, freedom, straddling. `FrameArray`: name, shape and data of an array. `Matrix`: row-major float32.
 * Fails: ShapeError for arrays that do not fit together.
 */

import type { Matrix } from '../../model.js';
import {
  type ModuleCorrelations,
  packedPairs,
  type WantedCorrelations,
} from '../describe/local-correlations.js';
import { expectFitting } from './check-specification.js';
import { lists, matrixArray, matrixIn } from './frame-arrays.js';
import type { FrameArray } from './frames.js';
import { arrayOf, type ShardReply } from './messages.js';
import type { ShardSpecification } from './specification.js';

/** What is wanted of a range of localities. @param coordinates of the rows of its specification, or null. */
export function wantedArrays(
  { modules, present }: WantedCorrelations,
  { first, count }: { readonly first: number; readonly count: number },
  coordinates: Matrix | null,
): FrameArray[] {
  const m = modules.length;
  const features = Int32Array.from(modules.flatMap((module) => [...module.features]));
  const loadings = Float64Array.from(modules.flatMap((module) => [...module.loadings]));
  return [
    { name: 'present', shape: [count, m], data: present.subarray(first * m, (first + count) * m) },
    ...[...lists('chosen', [features]), ...lists('loadings', [loadings])],
    ...lists('lengths', [Int32Array.from(modules, (module) => module.features.length)]),
    ...(coordinates ? [matrixArray('coordinates', coordinates)] : []),
  ];
}

/** What is wanted, of the localities of a specification. */
export function wantedIn(
  arrays: readonly FrameArray[],
  { features, localities }: ShardSpecification,
): WantedCorrelations {
  const lengths = arrayOf(arrays, 'lengths', Int32Array);
  const chosen = featureLists(arrayOf(arrays, 'chosen', Int32Array), lengths, features.columns);
  const loadings = arrayOf(arrays, 'loadings', Float64Array);
  const present = arrayOf(arrays, 'present', Uint8Array);
  const coordinates = arrays.some(({ name }) => name === 'coordinates')
    ? matrixIn(arrays, 'coordinates')
    : null;
  expectFitting(
    present.length === localities.count * lengths.length,
    'presence of modules in every locality',
  );
  expectFitting(loadings.length === lengths.reduce((a, b) => a + b, 0), 'a loading of every feature');
  expectFitting(!coordinates || coordinates.rows === features.rows, 'a point of the map for every row');
  let from = 0;
  const modules = chosen.map((some) => {
    from += some.length;
    return { features: some, loadings: loadings.subarray(from - some.length, from) };
  });
  return { modules, present, coordinates };
}

/** Lists of features one after another, each as long as is said. ShapeError where they are none of d features. */
export function featureLists(features: Int32Array, lengths: Int32Array, d: number): Int32Array[] {
  let from = 0;
  const found = Array.from(lengths, (length) => {
    from += Math.max(0, length);
    return features.subarray(from - Math.max(0, length), from);
  });
  expectFitting(
    from === features.length && lengths.every((length) => length >= 0),
    'as many features as modules have',
  );
  expectFitting(
    features.every((feature) => feature >= 0 && feature < d),
    'features that there are',
  );
  return found;
}

/** What was found, as arrays: three a module. */
export function correlationArrays(found: readonly ModuleCorrelations[]): FrameArray[] {
  return found.flatMap(({ correlations, freedom, straddling }) => [
    ...lists('correlations', [correlations]),
    ...lists('freedom', [freedom]),
    ...lists('straddling', [straddling]),
  ]);
}

/** What all shards have found, their localities in order. @param wanted which features of each module. */
export function joinedCorrelations(
  replies: readonly ShardReply[],
  { modules }: WantedCorrelations,
): ModuleCorrelations[] {
  return modules.map(({ features }, k) => {
    const ofModule = replies.map(({ arrays }) => {
      const three = arrays.slice(3 * k, 3 * k + 3);
      const freedom = arrayOf(three, 'freedom', Int32Array);
      const correlations = arrayOf(three, 'correlations', Float64Array);
      const straddling = arrayOf(three, 'straddling', Uint8Array);
      const fits = correlations.length === freedom.length * packedPairs(features.length);
      expectFitting(fits && straddling.length === freedom.length, 'correlations in every locality');
      return { correlations, freedom, straddling };
    });
    const count = ofModule.reduce((sum, { freedom }) => sum + freedom.length, 0);
    const joined: ModuleCorrelations = {
      correlations: new Float64Array(count * packedPairs(features.length)),
      freedom: new Int32Array(count),
      straddling: new Uint8Array(count),
    };
    let at = 0;
    for (const { correlations, freedom, straddling } of ofModule) {
      joined.correlations.set(correlations, at * packedPairs(features.length));
      joined.freedom.set(freedom, at);
      joined.straddling.set(straddling, at);
      at += freedom.length;
    }
    return joined;
  });
}
