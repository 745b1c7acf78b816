import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderByKey } from '#whymap/core/order-keys.js';

const key = fc.oneof(
  fc.float({ noNaN: true }),
  fc.constantFrom(0, -0, 1, -1, 2 ** -149, -(2 ** -149), Infinity, -Infinity),
);

test('rows come in order of their keys, equal ones by row, as a sort by comparison has them', () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 300 }), (keys) => {
      // a difference of infinities is no number
      const compare = (a: number, b: number) => (keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : a - b);
      const wanted = [...keys.keys()].sort(compare);
      expect([...orderByKey(keys.length, (row) => keys[row])]).toEqual(wanted);
    }),
  );
});
