// The side of a shard process: every request is answered once, whatever it holds, and kernels never see what does not fit.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { selectRows } from '#whymap/core/csr.js';
import { type Context, createContext } from '#whymap/engine/context.js';
import { damagedParts } from '#whymap/io/parts/manifest.js';
import { partedTable } from '#whymap/lava/associations/parted.js';
import { spansOf } from '#whymap/lava/shard/divide.js';
import { type Frame, type FrameArray, PROTOCOL_VERSION } from '#whymap/lava/shard/frames.js';
import { createShardServer } from '#whymap/lava/shard/shard-server.js';
import { specificationMessage, specificationOf } from '#whymap/lava/shard/specification.js';
import { makeMatrix, makeMembers, RULES, toCsr } from '../../engine/cases.js';

let context: Context;
beforeAll(async () => {
  context = await createContext({ engine: 'wasm', threads: 1 });
});
afterAll(() => context.close());

const [SIZE, COUNT, FEATURES] = [20, 70, 7];
const table = makeMatrix(60, FEATURES, 'sparse');
const rules = { ...RULES.default, support: 3 };

/** The specification of a small shard, and requests for all of its steps. */
function goodRequests(): Frame[] {
  const localities = { members: makeMembers(60, COUNT, SIZE), size: SIZE, count: COUNT };
  const f32 = (name: string, rows: number, columns: number): FrameArray => ({
    ...{ name, shape: [rows, columns] },
    data: Float32Array.from({ length: rows * columns }, (_, i) => (i % 7) / 7),
  });
  const i32 = (name: string, values: number[]) => ({
    name,
    shape: [values.length],
    data: Int32Array.from(values),
  });
  const factors = { name: 'factors', shape: [COUNT, 2], data: new Float64Array(2 * COUNT).fill(1) };
  const order = Int32Array.from({ length: 60 }, (_, i) => 59 - i);
  const parts = {
    path: '/parts',
    key: 'k',
    layout: 'sparse' as const,
    order,
    positions: order,
    read: readParts,
  };
  const range = { first: 0, count: COUNT };
  const specify = [table, toCsr(table), partedTable(parts, FEATURES)].map((features) => {
    const { fields, arrays } = specificationMessage(
      specificationOf({ features, localities, rules }, range, 64, spansOf(range, 64, COUNT)),
    );
    return { header: { step: 'specify', key: 'a', ...fields }, arrays };
  });
  return [
    ...specify,
    { header: { step: 'associate', key: 'a' }, arrays: [] },
    { header: { step: 'quadraticForms', key: 'a' }, arrays: [f32('loadings', FEATURES, 3)] },
    { header: { step: 'sumPatterns', key: 'a' }, arrays: [f32('presence', COUNT, 3)] },
    {
      header: { step: 'sumLocalSquares', key: 'a' },
      arrays: [factors, i32('chosen', [0, 3, 4, 1, 2]), i32('lengths', [3, 2])],
    },
    {
      header: { step: 'correlateLocalities', key: 'a' },
      arrays: [
        { name: 'present', shape: [COUNT, 2], data: Uint8Array.from({ length: 2 * COUNT }, (_, i) => i % 3) },
        ...[i32('chosen', [4, 0, 3, 1, 2]), i32('lengths', [3, 2])],
        { name: 'loadings', shape: [5], data: Float64Array.of(1, 0.5, 0.4, 1, 0.9) },
        f32('coordinates', 60, 2),
      ],
    },
    { header: { step: 'block', key: 'a', block: 1 }, arrays: [] },
    { header: { step: 'seeParts', key: 'a', parts: { path: '/parts', key: 'k' } }, arrays: [] },
    ...rowRequests(),
  ];
}

/** Requests for the steps over rows of parts. */
function rowRequests(): Frame[] {
  const parts = { path: '/parts', key: 'k' };
  const rows = { first: 10, count: 40, columns: FEATURES };
  const f64 = (name: string, length: number) => ({ name, shape: [length], data: new Float64Array(length) });
  const mean = f64('mean', FEATURES);
  return [
    { header: { step: 'rangesOfRows', key: 'a', parts, rows }, arrays: [] },
    { header: { step: 'sumRows', key: 'a', parts, rows }, arrays: [] },
    { header: { step: 'sumSquares', key: 'a', parts, rows }, arrays: [mean] },
    { header: { step: 'scoreRows', key: 'a', parts, rows }, arrays: [mean, f64('weights', 3 * FEATURES)] },
  ];
}

/** Rows of the table, as parts hold them. */
const readParts = async (positions: Int32Array) => {
  if (positions.some((position) => position >= table.rows)) throw damagedParts('parts');
  return selectRows(toCsr(table), positions);
};

/** What a server answers to `hello` and some requests, numbered from 1; ends once all have their reply. */
async function answersTo(requests: readonly Frame[]): Promise<Frame[]> {
  const replies: Frame[] = [];
  let told = () => {};
  const serve = createShardServer({
    version: '1',
    open: async () => context,
    readParts: (_, positions) => readParts(positions),
    send: (frame) => {
      replies.push(frame);
      told();
    },
    end: () => {},
  });
  serve({ header: { id: 0, step: 'hello', version: '1', protocol: PROTOCOL_VERSION }, arrays: [] });
  requests.forEach(({ header, arrays }, i) => {
    serve({ header: { ...header, id: i + 1 }, arrays });
  });
  const done = () => replies.filter(({ header }) => 'ok' in header).length > requests.length;
  while (!done()) {
    await new Promise<void>((resolve) => {
      told = resolve;
    });
  }
  return replies.filter(({ header }) => 'ok' in header);
}

test('every step of a specification is answered, in order', async () => {
  const requests = goodRequests();
  const replies = await answersTo(requests);
  expect(replies.map(({ header }) => [header.id, header.ok])).toEqual(
    Array.from({ length: requests.length + 1 }, (_, id) => [id, true]),
  );
});

/** A change of a request: a number of the specification, an element of an array, an array's length, or an array left out. */
const change = fc.record({
  request: fc.nat(),
  part: fc.nat(),
  at: fc.nat(),
  value: fc.oneof(fc.integer(), fc.double()),
});

/** The frame with one thing changed. */
function changed(
  { header, arrays }: Frame,
  { part, at, value }: { part: number; at: number; value: number },
): Frame {
  const field = ['spec', 'rows'].find((name) => name in header) ?? 'spec';
  const about = header[field] as Record<string, unknown> | undefined;
  const names = about ? Object.keys(about) : [];
  const choice = part % (names.length + 2 * arrays.length + 1);
  if (choice < names.length)
    return { header: { ...header, [field]: { ...about, [names[choice]]: value } }, arrays };
  const index = Math.floor((choice - names.length) / 2);
  if (index >= arrays.length) return { header: { ...header, block: value }, arrays };
  const copy = arrays.map((array) => ({ ...array, data: array.data.slice() }));
  if ((choice - names.length) % 2 === 0) copy[index].data[at % copy[index].data.length] = value;
  else copy.splice(index, 1);
  return { header, arrays: copy };
}

test('requests that do not fit are refused or answered, and the next ones are answered as before', async () => {
  const good = goodRequests();
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(change, async ({ request, ...rest }) => {
      const bad = changed(good[request % good.length], rest);
      const replies = await answersTo([good[0], bad, ...good]);
      const [, , answer, ...others] = replies;
      if (answer.header.ok === false) {
        refused++;
        expect(['shape', 'option', 'unknown-key', 'format']).toContain(
          (answer.header.error as { kind: string }).kind,
        );
      }
      expect(others.every(({ header }) => header.ok === true)).toBe(true);
    }),
    { numRuns: 150 },
  );
  expect(refused).toBeGreaterThan(30);
});
