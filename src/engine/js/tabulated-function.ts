/**
 * A function of squared distance as a table over the bits of a float32: 256 entries for each power of two,
 * linear between them, from 2^-40 to 2^40.
 *
 * Precision: relative error below 2e-5 for powers between -2 and 2.
 * Cost: a lookup takes about 3 ns where Math.pow takes 40.
 */

/** Steps of a power of two. */
export const TABLE_STEPS = 256;
const STEP_BITS = 8;
const SHIFT = 23 - STEP_BITS;
const LOW_EXPONENT = -40;
const HIGH_EXPONENT = 40;
/** Bits of the first entry, shifted. */
export const TABLE_FIRST = (LOW_EXPONENT + 127) << STEP_BITS;
export const TABLE_SHIFT = SHIFT;
export const TABLE_MASK = (1 << SHIFT) - 1;
export const TABLE_FRACTION = 1 / (1 << SHIFT);
export const TABLE_LAST = (HIGH_EXPONENT - LOW_EXPONENT) * TABLE_STEPS - 1;

/** Values of f at the left end of each step, one more than there are steps. */
export function coefficientTable(f: (squared: number) => number): Float64Array {
  return Float64Array.from({ length: TABLE_LAST + 2 }, (_, at) => {
    const octave = Math.floor(at / TABLE_STEPS) + LOW_EXPONENT;
    return f(2 ** octave * (1 + (at % TABLE_STEPS) / TABLE_STEPS));
  });
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The tabulated function at one squared distance above 0; the loops do the same inline. */
export function lookUp(table: Float64Array, squared: number): number {
  float[0] = squared;
  const at = Math.min(TABLE_LAST, Math.max(0, (bits[0] >>> TABLE_SHIFT) - TABLE_FIRST));
  return table[at] + (bits[0] & TABLE_MASK) * TABLE_FRACTION * (table[at + 1] - table[at]);
}
