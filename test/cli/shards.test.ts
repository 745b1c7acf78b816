// Shards in processes of their own: the same bytes as in one process, also where processes are killed; and what `whymap shard` refuses.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startShardProcesses } from '#whymap/cli/shards/processes.js';
import { packageVersion } from '#whymap/cli/version.js';
import { type Context, createContext } from '#whymap/engine/context.js';
import { associate, associationRules, releaseAssociations } from '#whymap/lava/associations/associations.js';
import { factorize } from '#whymap/lava/factorize/modules.js';
import { locate } from '#whymap/lava/localities/localities.js';
import { createShards } from '#whymap/lava/shard/coordinator.js';
import { createFrameReader, encodeFrame, type Frame, PROTOCOL_VERSION } from '#whymap/lava/shard/frames.js';
import type { ShardLine } from '#whymap/lava/shard/messages.js';
import type { Localities, Modules } from '#whymap/model.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';
import { binary, start, temporaryFolder, whymap } from './run.js';

const folder = temporaryFolder();
const planted = plantModules({
  ...{ samples: 800, features: 18, modules: 3, clusters: 6, seed: 5, correlation: 0.8 },
});
let context: Context;
let localities: Localities;
let whole: Modules;

/** The modules of a fit. */
async function fitModules(fitting: Context): Promise<Modules> {
  const { features } = planted.table;
  const associations = await associate(features, localities, {}, fitting);
  try {
    const samples = { features, localities, rules: associationRules({}, localities.size) };
    return await factorize({ associations, samples }, { modules: 4 }, fitting);
  } finally {
    await releaseAssociations(associations, fitting);
  }
}

beforeAll(async () => {
  context = await createContext({ engine: 'wasm', threads: 1 });
  localities = await locate(planted.embedding, { localitySize: 30, overlap: 9 }, context);
  whole = await fitModules(context);
});
afterAll(() => context.close());

/** Modules fitted on `count` processes. @param around wraps the line to each. */
async function fitOnProcesses(
  count: number,
  around: (line: ShardLine, pid: () => number | undefined) => ShardLine = (line) => line,
): Promise<Modules> {
  const processes = startShardProcesses(count, { engine: 'wasm', threads: 1, memory: 2 ** 29 });
  try {
    const lines = processes.lines.map((line, s) => around(line, () => processes.pids()[s]));
    return await fitModules({ ...context, shards: createShards(lines, context.engine, 'test') });
  } finally {
    await processes.close();
    expect(processes.pids().every((pid) => pid === undefined)).toBe(true);
  }
}

test.each([1, 3])('%i processes give the same bytes', async (count) => {
  expect(await fitOnProcesses(count)).toEqual(whole);
});

test('processes that are killed between requests and within them cost nothing but time', async () => {
  let killed = 0;
  const kill = (pid: number | undefined): void => {
    if (pid === undefined) return;
    process.kill(pid, 'SIGKILL');
    killed++;
  };
  const found = await fitOnProcesses(2, (line, pid) => {
    let requests = 0;
    return {
      async request(request, call) {
        requests++;
        if (requests % 9 === 0) kill(pid());
        const reply = line.request(request, call);
        if (requests % 7 === 0) setTimeout(() => kill(pid()), 3);
        return reply;
      },
    };
  });
  expect(found).toEqual(whole);
  expect(killed).toBeGreaterThan(3);
});

/** What `whymap shard` answers to bytes on its standard input, and its exit code. */
function answerTo(bytes: Uint8Array): Promise<{ frames: Frame[]; code: number | null }> {
  const child = spawn(process.execPath, [binary, 'shard']);
  const frames: Frame[] = [];
  const reader = createFrameReader((frame) => frames.push(frame));
  child.stdout.on('data', (chunk) => reader.push(chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(bytes);
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ frames, code }));
  });
}

const hello = (fields: object = {}): Uint8Array =>
  Buffer.concat(
    encodeFrame({
      header: {
        id: 0,
        step: 'hello',
        version: packageVersion(),
        protocol: PROTOCOL_VERSION,
        engine: 'js',
        ...fields,
      },
      arrays: [],
    }),
  );

test('a process without anything to do ends with its input', async () => {
  expect(await answerTo(new Uint8Array(0))).toEqual({ frames: [], code: 0 });
});

test.each([
  ['bytes that are no frame', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), /bytes that are no frame/],
  ['a frame that is cut', hello().subarray(0, 30), /inside a frame/],
  ['a request before hello', hello({ step: 'associate' }), /before or after its turn/],
  ['another version of whymap', hello({ version: '0.0.1' }), /a coordinator of whymap 0\.0\.1, protocol \d/],
])('%s is answered in plain words and ends the process', async (_, bytes, words) => {
  const { frames, code } = await answerTo(bytes);
  expect(code).toBe(2);
  expect(frames.at(-1)?.header).toMatchObject({ ok: false, error: { got: expect.stringMatching(words) } });
});

/** The table of planted data with its map, as CSV. */
function writeTables(): void {
  const { features, featureNames } = planted.table;
  const { coordinates } = planted.embedding;
  const csv = (
    names: readonly string[],
    { rows, columns, data }: { rows: number; columns: number; data: Float32Array },
  ) =>
    [
      names.join(','),
      ...Array.from({ length: rows }, (_, r) => data.subarray(r * columns, (r + 1) * columns).join(',')),
    ].join('\n');
  writeFileSync(join(folder, 'table.csv'), csv(featureNames, features as never));
  writeFileSync(join(folder, 'map.csv'), csv(['x', 'y'], coordinates));
}

test('the command writes the same files with --cluster', async () => {
  writeTables();
  const args = ['explain', 'table.csv', '-e', 'map.csv', '-m', '4', '--locality-size', '30', '--quiet'];
  const alone = await whymap(folder, ...args, '-o', 'alone');
  const sharded = await whymap(folder, ...args, '-o', 'sharded', '--cluster', 'local:2');
  expect([alone.code, sharded.code]).toEqual([0, 0]);
  expect(sharded.err).toBe('');
  const names = readdirSync(join(folder, 'alone')).sort();
  expect(readdirSync(join(folder, 'sharded')).sort()).toEqual(names);
  for (const name of names) {
    const [a, b] = ['alone', 'sharded'].map((out) => readFileSync(join(folder, out, name)));
    if (name !== 'summary.json') expect(b.equals(a), name).toBe(true);
    else expect(withoutTimes(b)).toEqual(withoutTimes(a));
  }
});

/** summary.json without what differs between two runs. */
function withoutTimes(bytes: Buffer): unknown {
  const { timings: _, ...rest } = JSON.parse(bytes.toString());
  return rest;
}

test('--cluster is refused where it is none', async () => {
  for (const cluster of ['local:0', 'local', '4', 'local:2x', 'tcp://', 'tcp://host', 'http://host:1']) {
    const { code, err } = await whymap(folder, 'explain', 'table.csv', '-e', 'map.csv', '--cluster', cluster);
    expect(code).toBe(2);
    expect(err).toMatch(/expected local:N .* or the address of a Dask scheduler/);
  }
});

/** What the command answers with a program in place of the Python that has the bridge. */
async function withBridge(name: string, script: string, out: string) {
  const path = join(folder, `${name}.sh`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const args = [
    'explain',
    'table.csv',
    '-e',
    'map.csv',
    '-m',
    '3',
    '--draws',
    '0',
    '--refits',
    '0',
    '--trust',
    'no',
  ];
  return start(folder, [...args, '-o', out, '--cluster', 'tcp://127.0.0.1:9'], [], {
    ...process.env,
    WHYMAP_PYTHON: path,
  }).done;
}

test('a bridge to a scheduler is spoken with as with a process; what it says is told', async () => {
  const counts = { message: 'cluster', workers: 1, rounds: 7, bytesOut: 2e6, bytesIn: 3e6, restarts: 1 };
  const script = `echo '${JSON.stringify(counts)}' >&2; echo "$@" > arguments; exec ${process.execPath} ${binary} shard`;
  const { code, err } = await withBridge('bridge', script, 'bridged');
  expect(code).toBe(0);
  expect(readFileSync(join(folder, 'arguments'), 'utf8')).toBe(
    '-m whymap.cluster --scheduler tcp://127.0.0.1:9\n',
  );
  expect(err).toMatch(/Cluster: 1 worker, 7 rounds, 2 MB sent, 3 MB received, 1 process lost and replaced\./);
});

test('a bridge that fails is heard; without one it is said what to install', async () => {
  const error = {
    message: 'error',
    code: 'machine',
    got: 'no answer',
    expected: 'a scheduler',
    remedy: 'start it',
  };
  const failed = await withBridge('failing', `echo '${JSON.stringify(error)}' >&2; exit 2`, 'failed');
  expect(failed.code).toBe(1);
  expect(failed.err).toMatch(/got no answer; expected a scheduler; start it/);
  const missing = await withBridge('missing', "echo 'No module named whymap' >&2; exit 1", 'missing');
  expect(missing.code).toBe(2);
  expect(missing.err).toMatch(
    /no bridge to Dask \(No module named whymap\).*pip install "whymap\[cluster\]"/,
  );
});
