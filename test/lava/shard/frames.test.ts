// Frames of the shard protocol: what is written is read, however it is cut; and no bytes do harm.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFrameReader, encodeFrame, type Frame, FrameError } from '#whymap/lava/shard/frames.js';

const TYPES = [Uint8Array, Uint16Array, Uint32Array, Int32Array, Float32Array, Float64Array] as const;

/** An array of any type and shape; floats are any bits but NaN, which no equality holds of. */
const someArray = fc
  .record({
    name: fc.string(),
    type: fc.constantFrom(...TYPES),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    seed: fc.integer(),
  })
  .map(({ name, type, shape, seed }) => {
    const length = shape.reduce((a, b) => a * b, 1);
    return { name, shape, data: new type(Array.from({ length }, (_, i) => (seed % 1000) * (i + 0.5))) };
  });
const someFrame: fc.Arbitrary<Frame> = fc.record({
  header: fc
    .dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 })
    .map(({ arrays: _, ...header }) => JSON.parse(JSON.stringify(header))),
  arrays: fc.array(someArray, { maxLength: 4 }),
});

/** The bytes of some frames, one after another. */
function bytesOf(frames: readonly Frame[]): Uint8Array {
  return Buffer.concat(frames.flatMap((frame) => encodeFrame(frame)));
}

/** The frames in bytes that come in pieces cut at the positions. */
function readIn(bytes: Uint8Array, cuts: readonly number[]): { frames: Frame[]; inside: boolean } {
  const frames: Frame[] = [];
  const reader = createFrameReader((frame) => frames.push(frame));
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let from = 0;
  for (const end of ends) {
    reader.push(bytes.subarray(from, end));
    from = end;
  }
  return { frames, inside: reader.isInside() };
}

test('frames come out as they went in, wherever the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(someFrame, { maxLength: 3 }),
      fc.array(fc.nat(), { maxLength: 6 }),
      (frames, cuts) => {
        const { frames: found, inside } = readIn(bytesOf(frames), cuts);
        expect(found).toEqual(frames);
        expect(inside).toBe(false);
      },
    ),
    { numRuns: 300 },
  );
});

test('a stream that stops inside a frame is told from one that ends after it', () => {
  fc.assert(
    fc.property(someFrame, fc.nat(), (frame, cut) => {
      const bytes = bytesOf([frame]);
      const { frames, inside } = readIn(bytes.subarray(0, 1 + (cut % (bytes.length - 1))), []);
      expect(frames).toEqual([]);
      expect(inside).toBe(true);
    }),
  );
});

test('damaged bytes give frames or a FrameError, and nothing else', () => {
  let refused = 0;
  fc.assert(
    fc.property(
      someFrame,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 }),
      (frame, changes) => {
        const bytes = bytesOf([frame, frame]);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        try {
          readIn(bytes, []);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
          refused++;
        }
      },
    ),
    { numRuns: 500 },
  );
  expect(refused).toBeGreaterThan(100);
});

/** A frame whose header says what it likes. */
function forged(header: unknown, bodyBytes = 0): Uint8Array {
  const [prefix] = encodeFrame({ header: {}, arrays: [] });
  const text = Buffer.from(JSON.stringify(header));
  const view = new DataView(prefix.buffer);
  view.setUint32(8, text.length, true);
  view.setBigUint64(12, BigInt(bodyBytes), true);
  return Buffer.concat([prefix, text]);
}

test.each([
  ['a header that is no object', [1, 2], 0],
  ['no arrays', { id: 1 }, 0],
  ['a type that there is not', { arrays: [{ name: 'a', type: 'f16', shape: [1] }] }, 2],
  ['a type of every object', { arrays: [{ name: 'a', type: 'constructor', shape: [1] }] }, 8],
  ['a negative shape', { arrays: [{ name: 'a', type: 'u8', shape: [-1, -1] }] }, 1],
  ['a body of another length', { arrays: [{ name: 'a', type: 'f32', shape: [2] }] }, 4],
  ['more than there is memory', { arrays: [{ name: 'a', type: 'u8', shape: [2 ** 39] }] }, 2 ** 39],
  ['more than numbers count', { arrays: [{ name: 'a', type: 'u8', shape: [2 ** 50, 2 ** 50] }] }, 2 ** 39],
])('refuses %s', (_, header, bodyBytes) => {
  expect(() => readIn(forged(header, bodyBytes), [])).toThrow(FrameError);
});

test('refuses another version of the protocol in plain words', () => {
  const bytes = bytesOf([{ header: {}, arrays: [] }]);
  bytes[4] = 9;
  expect(() => readIn(bytes, [])).toThrow(/version 9 of the shard protocol; expected version 3/);
});
