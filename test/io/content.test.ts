// Content in pieces on its way to a file.
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { untilAborted } from '#whymap/io/output/content.js';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

test('a piece that was written is let go, and an abort is heard while one is waited for', async () => {
  const pieces: WeakRef<Uint8Array>[] = [];
  const stop = new AbortController();
  let held = Number.POSITIVE_INFINITY;
  function* made(): Generator<Uint8Array> {
    for (let i = 0; i < 200; i++) {
      const piece = new Uint8Array(1000);
      pieces.push(new WeakRef(piece));
      yield piece;
    }
  }
  for await (const piece of untilAborted(made(), stop.signal)) {
    expect(piece.length).toBe(1000);
    if (pieces.length < 200) continue;
    await setImmediate();
    collect();
    held = pieces.filter((one) => one.deref() !== undefined).length;
  }
  expect(held).toBeLessThan(10);

  async function* never(): AsyncGenerator<string> {
    yield 'first';
    await new Promise(() => {});
  }
  const read = async () => {
    for await (const piece of untilAborted(never(), stop.signal)) {
      expect(piece).toBe('first');
      setTimeout(() => stop.abort(), 1);
    }
  };
  await expect(read()).rejects.toMatchObject({ code: 'cancelled' });
});
