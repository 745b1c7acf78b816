import { get } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { start, temporaryFolder, whymap } from '../cli/run.js';

const folder = temporaryFolder();

function ask(url: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
  return new Promise((done, failed) => {
    get(url, { headers }, (response) => {
      let body = '';
      response.on('data', (data) => {
        body += data;
      });
      response.on('end', () => done({ status: response.statusCode ?? 0, body }));
    }).on('error', failed);
  });
}

test('view serves the page to this machine only, from a folder or the file, and ends on Ctrl-C', async () => {
  await whymap(folder, 'demo', '--data', 'penguins', '-o', 'out', '--quiet');
  for (const path of ['out', join('out', 'explanation.whymap')]) {
    const { process: child, done } = start(folder, ['view', path]);
    const url = await new Promise<string>((found) => {
      child.stdout?.on('data', (data) => {
        const match = String(data).match(/http:\/\/127\.0\.0\.1:\d+\//);
        if (match) found(match[0]);
      });
    });
    const page = await ask(url);
    expect(page.status).toBe(200);
    expect(page.body).toContain('whymap-explanation');
    expect((await ask(`${url}package.json`)).status).toBe(404);
    expect((await ask(url, { host: 'example.org' })).status).toBe(403);
    child.kill('SIGINT');
    expect((await done).code).toBe(0);
  }
});

test('a folder without an explanation is refused', async () => {
  const { code, err } = await whymap(folder, 'view', '.');
  expect(code).toBe(2);
  expect(err).toMatch(/holds no explanation\.whymap/);
});
