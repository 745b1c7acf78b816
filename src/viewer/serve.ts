/** `whymap view`: shows an explanation from this machine's disk, on 127.0.0.1 only. */

import { readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { FormatError, MachineError } from '../errors.js';
import { decodeExplanation } from '../io/explanation-file.js';
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
  const content: Content = {
    '/': { type: 'text/html; charset=utf-8', body: page },
    [`/${SOURCE}`]: { type: 'application/octet-stream', body: bytes },
  };
  const server = createServer((request, response) => answer(request, response, content));
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

async function explanationAt(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  const file = found?.isDirectory() ? join(path, 'explanation.whymap') : path;
  if (found && (await stat(file).catch(() => null))) return file;
  throw new FormatError({
    got: found ? `the folder ${path}, which holds no explanation.whymap` : `no file or folder at ${path}`,
    expected: 'a folder that whymap explain wrote, or its explanation.whymap',
    remedy: 'give the folder named at the end of whymap explain',
  });
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', (cause) => {
      const got = `port ${port}, which cannot be opened (${'code' in cause ? cause.code : cause.message})`;
      failed(
        new MachineError(
          { got, expected: 'a free port', remedy: 'leave out --port, or choose another' },
          { cause },
        ),
      );
    });
    server.listen(port, '127.0.0.1', done);
  });
}

/** What is served: a type and a body by path. */
type Content = Readonly<Record<string, { readonly type: string; readonly body: string | Uint8Array }>>;

/** Only the page and its explanation, and only to this machine under its own name: another site's page must not read them. */
function answer(request: IncomingMessage, response: ServerResponse, content: Content): void {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (host !== '127.0.0.1' && host !== 'localhost') {
    response.writeHead(403).end();
    return;
  }
  const found = Object.hasOwn(content, request.url ?? '') ? content[request.url ?? ''] : null;
  if (!found || (request.method !== 'GET' && request.method !== 'HEAD')) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': found.type, 'cache-control': 'no-store' });
  response.end(request.method === 'HEAD' ? undefined : found.body);
}
