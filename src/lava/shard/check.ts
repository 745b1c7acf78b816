/** Checks of values that came through a pipe. */

import { ShapeError } from '../../errors.js';

/** A value of the types that an example has: the example `{ a: 0 }` stands for any object with a number `a`. */
type Like<T> = { readonly [K in keyof T]: T[K] extends object ? Like<T[K]> : T[K] };

/**
 * The value, if it has every field of the example, with its type; ShapeError otherwise. Further fields stay.
 * @param name of the value, for the error.
 */
export function checkLike<T extends object>(value: unknown, example: T, name: string): Like<T> {
  if (typeof value !== 'object' || value === null) throw unlike(name, 'an object');
  for (const [field, wanted] of Object.entries(example)) {
    const found = (value as Record<string, unknown>)[field];
    if (typeof wanted === 'object') checkLike(found, wanted, `${name}.${field}`);
    else if (typeof found !== typeof wanted) throw unlike(`${name}.${field}`, `a ${typeof wanted}`);
  }
  return value as Like<T>;
}

/** The error for a message with a field that is missing or of another type. */
function unlike(name: string, expected: string): ShapeError {
  return new ShapeError({
    got: `a message of shards without ${name} as ${expected}`,
    expected,
    remedy: 'run the same whymap on both sides',
  });
}
