/**
 * Seeded random numbers, one independent stream for each named purpose.
 *
 * Source: xoshiro128** (Blackman and Vigna, 2018), seeded through splitmix32 from a hash (FNV-1a) of
 * the seed and the stream's name. Not for cryptography.
 * Determinism: a stream depends only on its seed and its name, never on which other streams were used
 * before or on the number of threads.
 */

export interface Random {
  /** Uniform in [0, 2^32), an integer. */
  integer(): number;
  /** Uniform integer in [0, bound), without modulo bias; bound at most 2^32. */
  below(bound: number): number;
  /** Uniform in [0, 1) with 53 bits. */
  uniform(): number;
  /** Standard normal (polar Box-Muller). */
  normal(): number;
  /**
   * Puts the entries in a random order, in place (Fisher-Yates); the same array. With `count` the last so many are drawn from all, the
   * others stay in some order: drawn from again they are as random.
   */
  shuffle(entries: Int32Array, count?: number): Int32Array;
  /** An independent stream for a named purpose. */
  stream(name: string): Random;
}

/** Random numbers from a seed (any number; its decimal form is hashed) and an optional stream name. */
export function createRandom(seed: number, name = ''): Random {
  let [a, b, c, d] = firstState(`${seed}/${name}`);
  let spare = Number.NaN;

  const integer = (): number => {
    const m = Math.imul(b, 5);
    const result = Math.imul((m << 7) | (m >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const uniform = (): number => (integer() * 0x200000 + (integer() >>> 11)) / 0x20000000000000;
  const below = (bound: number): number => {
    let x = integer();
    // the second comparison alone would do: it takes a remainder of doubles, which the first spares nearly always
    while (x >= 0x100000000 - bound && x >= 0x100000000 - (0x100000000 % bound)) x = integer();
    return x - Math.floor(x / bound) * bound;
  };
  // here rather than outside, so that nothing is called for an entry
  const shuffle = (entries: Int32Array, count = entries.length): Int32Array => {
    for (let i = entries.length - 1; i > 0 && i >= entries.length - count; i--) {
      const j = below(i + 1);
      const moved = entries[i];
      entries[i] = entries[j];
      entries[j] = moved;
    }
    return entries;
  };
  const normal = (): number => {
    if (!Number.isNaN(spare)) {
      const value = spare;
      spare = Number.NaN;
      return value;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const s = x * x + y * y;
      if (s > 0 && s < 1) {
        const scale = Math.sqrt((-2 * Math.log(s)) / s);
        spare = y * scale;
        return x * scale;
      }
    }
  };
  const stream = (child: string): Random => createRandom(seed, `${name}/${child}`);
  return { integer, below, uniform, normal, shuffle, stream };
}

/** A random order of 0 to count - 1 (Fisher-Yates). */
export function permutation(count: number, random: Random): Int32Array {
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  return random.shuffle(order);
}

/** Four integers of 32 bits from a text, the last one odd. */
function firstState(key: string): [number, number, number, number] {
  let state = hash(key);
  const split = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) | 0;
  };
  return [split(), split(), split(), split() | 1];
}

/** FNV-1a hash of a text, 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h | 0;
}
