/** Levels of drawn samples (`ModuleSamples`), as every engine reads them: one level where a module has none. */

import type { ModuleSamples, SampleLevels } from './routine-values.js';

/** The levels of a module's samples; one run of one level a locality where it has none. */
export function levelsOf({ levels, positions, size, values, features }: ModuleSamples): SampleLevels {
  if (levels) return levels;
  const count = positions.length / size;
  return {
    offsets: Int32Array.from({ length: count + 1 }, (_, l) => l),
    lengths: new Int32Array(count).fill(size),
    numbers: new Int32Array(count),
    rows: Int32Array.of(0, values.length / features),
  };
}

/** Runs of one level that a locality has at most, and the fewest samples of a locality that has any. */
export function extremesOf(module: ModuleSamples): { readonly mostRuns: number; readonly fewest: number } {
  const { offsets, lengths } = levelsOf(module);
  let mostRuns = 0;
  let fewest = module.size;
  for (let l = 0; l + 1 < offsets.length; l++) {
    const inLocality = lengths.subarray(offsets[l], offsets[l + 1]);
    const samples = inLocality.reduce((sum, length) => sum + length, 0);
    mostRuns = Math.max(mostRuns, inLocality.length);
    if (samples > 0) fewest = Math.min(fewest, samples);
  }
  return { mostRuns, fewest };
}
