import { get, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { start, temporaryFolder, whymap } from '../cli/run.js';

const folder = temporaryFolder();

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

function ask(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((done, failed) => {
    get(url, { headers }, (response) => {
      let body = '';
      response.on('data', (data) => {
        body += data;
      });
      response.on('end', () => done({ status: response.statusCode ?? 0, body, headers: response.headers }));
    }).on('error', failed);
  });
}

test('view serves the page to this machine only, from a folder or the file, and ends on Ctrl-C', async () => {
  await whymap(folder, 'demo', '--data', 'penguins', '-o', 'out', '--quiet');
  const urls = new Set<string>();
  for (const path of ['out', join('out', 'explanation.whymap')]) {
    const { process: child, done } = start(folder, ['view', path]);
    const url = await new Promise<string>((found) => {
      child.stdout?.on('data', (data) => {
        const match = String(data).match(/http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\//);
        if (match) found(match[0]);
      });
    });
    const page = await ask(url);
    expect(page.status).toBe(200);
    expect(page.body).toContain('whymap-explanation');
    expect((await ask(`${url}package.json`)).status).toBe(404);
    expect((await ask(url, { host: 'example.org' })).status).toBe(403);
    // only under its address, which nobody can guess
    const origin = new URL(url).origin;
    for (const path of [
      '/',
      '/explanation.whymap',
      `/${'0'.repeat(32)}/`,
      new URL(url).pathname.slice(0, -1),
    ])
      expect((await ask(origin + path)).status).toBe(404);
    expect((await ask(`${url}explanation.whymap`)).status).toBe(200);
    expect(page.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    });
    expect(page.body).toMatch(
      /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[^;]*'; style-src 'sha256-/,
    );
    urls.add(url);
    child.kill('SIGINT');
    expect((await done).code).toBe(0);
  }
  expect(new Set([...urls].map((url) => new URL(url).pathname)).size).toBe(2);
});

test('a folder without an explanation is refused', async () => {
  const { code, err } = await whymap(folder, 'view', '.');
  expect(code).toBe(2);
  expect(err).toMatch(/holds no explanation\.whymap/);
});
