import fc from 'fast-check';
import { expect, test } from 'vitest';
import { positionsOf } from '#whymap/core/order-keys.js';

test('positions of a value are those that a filter keeps', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2), { maxLength: 30 }), fc.nat(3), (values, wanted) => {
      const kept = [...values.keys()].filter((i) => values[i] === wanted);
      expect([...positionsOf(Uint8Array.from(values), wanted)]).toEqual(kept);
    }),
    { seed: 1 },
  );
});
