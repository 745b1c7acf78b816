/**
 * What a person has to know of an explanation of few samples: which defaults were lowered, and that little can be told.
 * Types: `Localities`, n-neighborhoods of probes: count (how many), size (n, samples in each).
 * Fails: never.
 */

import type { Localities, Warning } from '../model.js';
import { DEFAULT_MODULES } from './factorize/modules.js';

/** Below, a correlation is shaky and no part of the map can be set against another. */
const FEW = 30;

/**
 * Warnings for an explanation of few samples: that fewer modules were sought than by default, and that little can be
 * told. Empty for enough samples.
 * @param rows samples.
 * @param requested number of modules that a person asked for; undefined for the default.
 */
export function fewSamples(rows: number, localities: Localities, requested: unknown): Warning[] {
  const { count, size } = localities;
  const warnings: Warning[] = [];
  if (requested === undefined && count < DEFAULT_MODULES) {
    const message = `${count} modules were sought instead of ${DEFAULT_MODULES}, one a locality at most: ${rows} samples make ${count} localities of ${size}.`;
    warnings.push({ code: 'few-localities', message });
  }
  if (rows < FEW || size > rows / 2) {
    const why =
      rows < FEW ? `there are only ${rows} samples` : `each locality holds ${size} of the ${rows} samples`;
    const message = `Too little can be told: ${why}, so that no part of the map can be compared with another. Take the modules as hints.`;
    warnings.push({ code: 'few-samples', message });
  }
  return warnings;
}
