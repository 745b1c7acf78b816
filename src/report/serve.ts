/** `whymap view`: shows an explanation from this machine's disk, or the page that makes one, on 127.0.0.1 only. */

import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FormatError, MachineError, option, words } from '../errors.js';
import { decodeExplanation } from '../io/explanation-file.js';
import { committedPath } from '../io/output/commit.js';
import { linkPage } from './page.js';
import { readTemplate } from './report.js';

export interface ServeOptions {
  /** Port on 127.0.0.1. Default: a free one. */
  readonly port?: number;
}

export interface Serving {
  /** Address to open in a browser. */
  readonly url: string;
  close(): Promise<void>;
}

/** Where the page finds the explanation: as its file's bytes, not in the page, so that a million samples open. */
const SOURCE = 'explanation.whymap';

/**
 * Serves the viewer with the explanation at `path`: a folder that `explain` wrote, or its `.whymap` file.
 * @throws FormatError when there is no explanation there; MachineError when the port cannot be had.
 */
export async function serve(path: string, options: ServeOptions = {}): Promise<Serving> {
  const file = await explanationAt(path);
  const bytes = new Uint8Array(await readFile(file));
  decodeExplanation(bytes, file);
  const page = linkPage(readTemplate(), SOURCE, basename(dirname(resolve(file))));
  const content: ReadonlyMap<string, Page> = new Map([
    ['/', { type: TYPES['.html'], body: page }],
    [`/${SOURCE}`, { type: BINARY, body: bytes }],
  ]);
  return listening(async (path) => content.get(path) ?? null, options);
}

/**
 * Serves the page that computes: files are dropped on it and explained in the browser. The page may share memory
 * between threads, which browsers allow only to pages that are isolated from others.
 */
export async function serveSite(options: ServeOptions = {}): Promise<Serving> {
  const folder = fileURLToPath(new URL(/* @vite-ignore */ './site/', import.meta.url));
  if (!(await stat(join(folder, 'index.html')).catch(() => null))) {
    throw new MachineError({
      got: 'no page beside the library',
      expected: 'the folder site, which the build makes',
      remedy: 'install whymap again, or run npm run build',
    });
  }
  return listening(async (path) => {
    const file = join(folder, path === '/' ? 'index.html' : path);
    if (!file.startsWith(folder)) return null;
    const body = await readFile(file).catch(() => null);
    return body && { body, type: TYPES[extname(file)] ?? BINARY };
  }, options);
}

const BINARY = 'application/octet-stream';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

interface Page {
  readonly body: string | Uint8Array;
  readonly type: string;
}

type Find = (path: string) => Promise<Page | null>;

/** Starts a server whose pages lie under a random address. */
async function listening(find: Find, options: ServeOptions): Promise<Serving> {
  // no page of another program, nor another user of this machine, can guess the address
  const home = `/${randomBytes(16).toString('hex')}/`;
  const below: Find = async (path) => (path.startsWith(home) ? find(path.slice(home.length - 1)) : null);
  const server = createServer((request, response) => void answer(request, response, below));
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${home}`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

/** The explanation file that a path names; FormatError where there is none. */
async function explanationAt(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  const file = found?.isDirectory() ? await committedPath(path, 'explanation.whymap') : path;
  if (found && (await stat(file).catch(() => null))) return file;
  throw new FormatError({
    got: found ? `the folder ${path}, which holds no explanation.whymap` : `no file or folder at ${path}`,
    expected: 'a folder that whymap explain wrote, or its explanation.whymap',
    remedy: 'give the folder named at the end of whymap explain',
  });
}

/** Opens the port; MachineError where it cannot be had. */
function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', (cause) => {
      const got = `port ${port}, which cannot be opened (${'code' in cause ? cause.code : cause.message})`;
      failed(
        new MachineError(
          { got, expected: 'a free port', remedy: words`leave out ${option('port')}, or choose another` },
          { cause },
        ),
      );
    });
    server.listen(port, '127.0.0.1', done);
  });
}

/**
 * Nothing is kept, guessed, framed or read by another page. What scripts and styles a page may run is in the page
 * itself, by their hashes.
 */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "frame-ancestors 'none'; object-src 'none'; base-uri 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Only what is there, and only to this machine under its own name: another site's page must not read it. */
async function answer(request: IncomingMessage, response: ServerResponse, find: Find): Promise<void> {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (host !== '127.0.0.1' && host !== 'localhost') {
    response.writeHead(403).end();
    return;
  }
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const page = isRead ? await find(pathOf(request.url ?? '/')) : null;
  if (!page) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': page.type, ...HEADERS });
  response.end(request.method === 'HEAD' ? undefined : page.body);
}

/** The path of an address, without its query; a damaged one is no page. */
function pathOf(url: string): string {
  try {
    return decodeURIComponent(url.split(/[?#]/)[0]);
  } catch {
    return '';
  }
}
