// whymap embed, as a person runs it.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { clusters } from './data.js';

const folder = mkdtempSync(join(tmpdir(), 'whymap-embed-'));
afterAll(() => rmSync(folder, { recursive: true }));
const main = join(import.meta.dirname, '../../dist/cli/main.js');

async function whymap(...args: string[]) {
  const done = promisify(execFile)(process.execPath, [main, ...args], { cwd: folder });
  const { stdout, stderr, code } = await done.then(
    (out) => ({ ...out, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  );
  return { stdout, stderr, code };
}

const { features, labels } = clusters(90, 5, 3, 1);
const lines = Array.from({ length: 90 }, (_, r) => {
  const values = features.data.subarray(r * 5, r * 5 + 5);
  return [`s${r}`, ...values, `group${labels[r]}`].join(',');
});
writeFileSync(join(folder, 'in.csv'), ['id,a,b,c,d,e,group', ...lines, ''].join('\n'));
const reading = ['--id', 'id', '--label', 'group', '--engine', 'js', '--quiet'];

test('writes CSV with ids and NPY, tells settings as JSON, and leaves nothing else behind', async () => {
  const csv = await whymap('embed', 'in.csv', '--method', 'pca', '-o', 'out.csv', ...reading);
  expect(csv).toMatchObject({ code: 0 });
  const text = readFileSync(join(folder, 'out.csv'), 'utf8').trimEnd().split('\n');
  expect(text[0]).toBe('id,x1,x2');
  expect(text).toHaveLength(91);
  expect(text[1]).toMatch(/^s0,-?[\d.]+,-?[\d.]+$/);
  const args = ['--method', 'umap', '--steps', '20', '--dimensions', '3', '--json', '-o', 'out.npy'];
  const npy = await whymap('embed', 'in.csv', ...args, ...reading);
  expect(JSON.parse(npy.stdout)).toMatchObject({
    method: 'umap',
    rows: 90,
    dimensions: 3,
    steps: 20,
    seed: 0,
  });
  const bytes = readFileSync(join(folder, 'out.npy'));
  expect(bytes.toString('latin1')).toContain("'shape': (90, 3)");
  await whymap('embed', 'in.csv', ...args, ...reading);
  expect(readFileSync(join(folder, 'out.npy')).equals(bytes)).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(['in.csv', 'out.csv', 'out.npy']);
});

test('wrong options end with code 2 and one line', async () => {
  const cases = [
    ['--method', 'wrong'],
    ['-o', 'out.txt'],
    ['--method', 'tsne', '--n-neighbors', '5'],
    ['--method', 'umap', '--n-neighbors', '91'],
    ['--min-dist', 'wide'],
  ];
  for (const args of cases) {
    const { code, stderr } = await whymap('embed', 'in.csv', ...args, ...reading);
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  }
  const there = await whymap('embed', 'in.csv', '--method', 'pca', '-o', 'in.csv/out.npy', ...reading);
  expect(there.code).toBe(2);
});

test('--audit-ardr compares the methods and concludes', async () => {
  const { code, stdout } = await whymap(
    'embed',
    'in.csv',
    '--audit-ardr',
    '-o',
    'audit',
    '--json',
    ...reading,
  );
  expect(code).toBe(0);
  const audit = JSON.parse(stdout);
  const maps = audit.rows.map(({ map }: { map: string }) => map);
  expect(maps.join()).toBe('UMAP,UMAP, another seed,PCA,classical MDS,Isomap (15 neighbors),DK-LLE');
  expect(audit.rows[0].figures.overlap).toBe(1);
  expect(audit.rows[1].figures.labelAccuracy).toBeGreaterThan(0.95);
  // Three clusters far apart: Isomap's graph is in pieces, and the report says so instead of failing.
  expect(audit.rows[4].note).toContain('pieces');
  expect(audit.conclusion).toContain('differ only in the seed');
  expect(readdirSync(join(folder, 'audit')).sort()).toEqual(['ardr.csv', 'ardr.json', 'ardr.md']);
});
