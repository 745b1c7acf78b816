// The wasm engine in headless Chromium, with web workers over shared memory and, on a page without cross-origin
// isolation, on one thread: the same bytes as in Node.

import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWasmEngine } from '#whymap/engine/wasm/engine.js';
import { allRoutines } from './routines.js';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = `<!doctype html><meta charset="utf-8"><title>engine</title>
<script type="importmap">{ "imports": { "#whymap/": "/dist/" } }</script>`;

/** As text: vitest rewrites the imports of a function that it sees. */
const SCRIPT = `(async () => {
  const { createWasmEngine } = await import('/dist/engine/wasm/engine.js');
  const { allRoutines } = await import('/test/engine/routines.js');
  const engine = await createWasmEngine({ threads: 2 });
  const digests = await allRoutines(engine);
  await engine.close();
  return { digests, threads: engine.threads };
})()`;

let server: Server;
let browser: Browser;
let address: string;

/** Serves dist/ and this folder (TypeScript without its types); isolated pages may share memory. */
async function respond(path: string): Promise<{ type: string; body: string }> {
  if (path === '/isolated' || path === '/plain') return { type: 'text/html', body: PAGE };
  const file = normalize(join(ROOT, path));
  if (!file.startsWith(join(ROOT, 'dist')) && !file.startsWith(join(ROOT, 'test/engine')))
    throw new Error(path);
  if (!path.startsWith('/test/')) return { type: 'text/javascript', body: await readFile(file, 'utf8') };
  const source = await readFile(file.replace(/\.js$/, '.ts'), 'utf8');
  const target = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return {
    type: 'text/javascript',
    body: ts.transpileModule(source, { compilerOptions: target }).outputText,
  };
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    try {
      const { type, body } = await respond(path);
      const isolation = {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      };
      response.writeHead(200, { 'Content-Type': type, ...(path === '/plain' ? {} : isolation) }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
    ],
  });
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

test.each([
  ['isolated', 2],
  ['plain', 1],
])('on a page that is %s the engine has %i threads and gives the bytes of Node', async (path, threads) => {
  const page = await browser.newPage();
  await page.goto(`${address}/${path}`);
  const found = await page.evaluate(SCRIPT);
  const engine = await createWasmEngine({ threads: 2 });
  expect(found).toEqual({ digests: await allRoutines(engine), threads });
  await engine.close();
  await page.close();
});
