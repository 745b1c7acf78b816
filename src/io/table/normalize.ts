/**
 * Counts as they come from a sequencer to values that can be compared between cells.
 * Source: scanpy's normalize_total(target_sum=1e4) followed by log1p.
 * Fails: OptionError for values that are no counts.
 */

import { OptionError, option, words } from '../../errors.js';

export type Normalize = 'log1p-cp10k' | 'none';
export const NORMALIZE_CHOICES: readonly Normalize[] = ['log1p-cp10k', 'none'];
const TARGET = 1e4;

/**
 * log(1 + count * 10,000 / total of its cell); 0 for a cell without counts. OptionError for a value that is no count.
 * Natural logarithm. NaN and infinite counts pass through.
 */
export function normalizedCount(count: number, total: number): number {
  if (count < 0) throw negative(count);
  if (Number.isFinite(count) && count !== Math.floor(count)) throw fractional(count);
  return total > 0 ? Math.log1p((count * TARGET) / total) : 0;
}

/** The error for a negative value among counts. */
function negative(count: number): OptionError {
  return new OptionError({
    got: words`the value ${count} and ${option('normalize', 'log1p-cp10k')}`,
    expected: 'counts, which are not negative',
    remedy: words`use ${option('normalize', 'none')}: the values are normalized or scaled already`,
  });
}

/** The error for a fraction among counts. */
function fractional(count: number): OptionError {
  return new OptionError({
    got: words`the value ${count} and ${option('normalize', 'log1p-cp10k')}`,
    expected: 'counts, which are whole numbers: these values look normalized, logarithms or scaled already',
    remedy: words`use ${option('normalize', 'none')}, name the layer of counts (${option('layer')}), or round estimated counts first`,
  });
}

/** The error for counts when no option says how to treat them. @param largest count. @param name of the file. */
export function askNormalize(largest: number, name: string): OptionError {
  return new OptionError({
    got: `counts (whole numbers up to ${largest}) in ${name}`,
    expected:
      'to be told how to treat them, because correlations of raw counts follow the depth of each cell',
    remedy: words`give ${option('normalize', 'log1p-cp10k')}, or ${option('normalize', 'none')} to take them as they are (or name another ${option('layer')})`,
  });
}
