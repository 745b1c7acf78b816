// Every fixture in a real browser, by URL (from a server with ranges and one without) and as a File, by the code of whymap/io
// itself, bundled as an application would: the very table that a path gives in Node.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Table } from 'whymap';
import { pathSource, type ReadOptions, readTable } from 'whymap/io';
import { toDense } from '#whymap/core/csr.js';
import { launch } from '../viewer/browser.js';

const tables = join(import.meta.dirname, '../../fixtures/io/tables');
const bundle = mkdtempSync(join(tmpdir(), 'whymap-bundle-'));

interface Case {
  readonly file: string;
  readonly options: ReadOptions;
}

/** One case for each writer and ending; folders without a list of their contents cannot be read over HTTP, and SQLite is Node's. */
const cases: Case[] = [];
const kindOf = (file: string) => `${file.split(/[-.]/)[0]} ${file.split('.').at(-1)}`;
for (const json of readdirSync(tables).filter((name) => name.endsWith('.json'))) {
  const name = json.slice(0, -5);
  if (existsSync(join(tables, `${json}.json`))) continue;
  const { file = name, options = {}, data, embedding } = JSON.parse(readFileSync(join(tables, json), 'utf8'));
  const known = cases.some((other) => kindOf(other.file) === kindOf(file));
  const path = join(tables, file);
  const readable = existsSync(path) && (statSync(path).isFile() || /\.zarr$/.test(file));
  if (data && !embedding && !known && readable && !/\.(sqlite|db)$/.test(file)) cases.push({ file, options });
}

let server: Server;
let browser: Browser;
let page: Page;

function respond(url: string, range: string | undefined): { status: number; body: Buffer; type: string } {
  const [, folder, ...rest] = decodeURIComponent(url).split('/');
  if (folder === '')
    return { status: 200, body: Buffer.from('<!doctype html><title>io</title>'), type: 'text/html' };
  const body = readFileSync(join(folder === 'bundle' ? bundle : tables, rest.join('/')));
  const type = folder === 'bundle' ? 'text/javascript' : 'application/octet-stream';
  const requestedRange = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
  if (folder !== 'ranges' || !requestedRange) return { status: 200, body, type };
  return {
    status: 206,
    body: body.subarray(
      Number(requestedRange[1]),
      requestedRange[2] === '' ? undefined : Number(requestedRange[2]) + 1,
    ),
    type,
  };
}

/** As text: vitest rewrites the imports of a function that it sees. */
const SCRIPT = `async ([name, way, options]) => {
  const io = await import('/bundle/io.js');
  const whole = new URL((way === 'plain' ? '/plain/' : '/ranges/') + name, location.href).href;
  const bytes = async () => new File([await (await fetch(whole)).arrayBuffer()], name);
  try {
    const table = await io.readTable(way === 'File' ? io.fileSource(await bytes()) : io.urlSource(whole), options);
    const { features: m } = table;
    const list = (values) => Array.from(values, (value) => Number.isNaN(value) ? null : value);
    const sparse = 'offsets' in m;
    const content = sparse ? [list(m.offsets), list(m.indices), list(m.values)] : [list(m.data)];
    return JSON.stringify([m.rows, m.columns, content, table.featureNames, table.ids, table.labels]);
  } catch (error) { return String(error && error.stack); }
}`;

function digest({ features: m, featureNames, ids, labels }: Table): string {
  const content = 'offsets' in m ? [[...m.offsets], [...m.indices], [...m.values]] : [[...toDense(m).data]];
  return JSON.stringify([m.rows, m.columns, content, featureNames, ids, labels]);
}

beforeAll(async () => {
  const entry = join(import.meta.dirname, '../../dist/io/index.js');
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      outDir: bundle,
      emptyOutDir: true,
      minify: false,
      lib: { entry, formats: ['es'], fileName: () => 'io.js' },
    },
  });
  server = createServer((request, response) => {
    try {
      const { status, body, type } = respond(request.url ?? '/', request.headers.range);
      response.writeHead(status, { 'content-type': type, 'content-length': body.length });
      response.end(request.method === 'HEAD' ? undefined : body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await launch({ webgl: false });
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(bundle, { recursive: true });
});

test('there are cases of every format', () => {
  const endings = new Set(cases.map(({ file }) => file.split('.').at(-1)));
  expect([...endings]).toEqual(
    expect.arrayContaining([
      'csv',
      'gz',
      'npy',
      'npz',
      'idx',
      'h5ad',
      'h5',
      'zarr',
      'parquet',
      'feather',
      'arrows',
      'mtx',
      'jsonl',
    ]),
  );
});

test.each(['ranges', 'plain', 'File'])(
  '%s',
  async (way) => {
    const wrong: string[] = [];
    for (const { file, options } of cases) {
      if (way === 'File' && /\.zarr$/.test(file)) continue;
      if (way === 'plain' && !/^(anndata|pandas|duckdb|npz)/.test(file)) continue;
      const wanted = digest(await readTable(pathSource(join(tables, file)), options));
      const found = (await page.evaluate(`(${SCRIPT})(${JSON.stringify([file, way, options])})`)) as string;
      if (found !== wanted) wrong.push(`${file}: ${found.slice(0, 200)}`);
    }
    expect(wrong).toEqual([]);
  },
  60_000,
);
