// The page that computes, in a real browser: settings, progress, cancelling, errors, and the bytes of the result
// against those of the command line. Every request that is not for a part of the page is blocked and counted.
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Serving, serveSite } from 'whymap/viewer';
import { temporaryFolder } from '../cli/run.js';
import { axeFindings, launch } from './browser.js';
import { copied, explain, explained, fill, give, openSite, quiet, saved } from './site-page.js';

const root = join(import.meta.dirname, '../..');
const site = join(root, 'dist/report/site');
const penguins = join(root, 'data/penguins');
const tables = join(root, 'fixtures/io/tables');
const folder = temporaryFolder();
let browser: Browser;
let serving: Serving;
/** A web server that knows nothing of isolation, as most static hosts. */
let plain: Server;

beforeAll(async () => {
  browser = await launch({ webgl: false });
  serving = await serveSite();
  plain = createServer((request, response) => {
    const name = request.url === '/' ? 'index.html' : (request.url ?? '').slice(1);
    const type = name.endsWith('.html')
      ? 'text/html'
      : name.endsWith('.css')
        ? 'text/css'
        : 'text/javascript';
    response.writeHead(200, { 'content-type': type }).end(readFileSync(join(site, name)));
  });
  await new Promise<void>((done) => plain.listen(0, '127.0.0.1', done));
});

afterAll(async () => {
  await browser?.close();
  await serving?.close();
  plain?.close();
});

const open = (url = serving.url, theme: 'light' | 'dark' = 'light') => openSite(browser, url, theme);
const byCommandLine = (out: string, ...args: string[]) => explained(folder, out, ...args);
const here = (name: string, from: string, as = name) => copied(join(from, name), join(folder, as));

test('a CSV and a NPY map: the bytes of the command line; then other settings, and those bytes too', async () => {
  const opened = await open();
  const { page } = opened;
  await give(page, 'features', here('penguins.csv', penguins), here('umap.npy', penguins));
  await fill(page, { label: 'species', id: 'id', modules: '3', localitySize: '40', seed: '7' });
  const command = await page.locator('.command-note code').innerText();
  await explain(page);
  expect(await page.locator('.card').count()).toBe(3);
  const args = ['-e', 'umap.npy', '--label', 'species', '--id', 'id', '-n', '40'];
  const first = await byCommandLine('first', 'penguins.csv', ...args, '-m', '3', '--seed', '7');
  expect((await saved(page, 'Save the explanation')).equals(first)).toBe(true);
  // the command that the page shows is that command
  const shown = command.split(' ').slice(2);
  expect((await byCommandLine('shown', ...shown)).equals(first)).toBe(true);

  const report = (await saved(page, 'Save as one offline page')).toString();
  expect(report).toContain('id="whymap-explanation"');

  await page.click('text=Change the settings and run again');
  expect(await page.locator('#field-seed').inputValue()).toBe('7');
  await fill(page, { modules: '2', association: 'spearman' });
  await explain(page);
  expect(await page.locator('.card').count()).toBe(2);
  const second = await byCommandLine(
    'second',
    'penguins.csv',
    ...args,
    '-m',
    '2',
    '--seed',
    '7',
    '--association',
    'spearman',
  );
  expect((await saved(page, 'Save the explanation')).equals(second)).toBe(true);
  quiet(opened);
  await page.close();
});

test('where memory may not be shared, one thread gives the bytes of one thread; the map is made in the page', async () => {
  const opened = await open(`http://127.0.0.1:${(plain.address() as AddressInfo).port}/`);
  const { page } = opened;
  await give(page, 'features', here('penguins.csv', penguins));
  await fill(page, { label: 'species', method: 'pca', modules: '2', draws: '0' });
  await explain(page);
  const args = ['--label', 'species', '--method', 'pca', '-m', '2', '--draws', '0', '--threads', '1'];
  const wanted = await byCommandLine('one', 'penguins.csv', ...args);
  expect((await saved(page, 'Save the explanation')).equals(wanted)).toBe(true);
  quiet(opened);
  await page.close();
});

const SMALL = { localitySize: '6', modules: '2', support: '0', gate: '0' };
const SMALL_ARGS = ['-n', '6', '-m', '2', '--support', '0', '--gate', '0'];

test('an .h5ad: its keys, columns and layers are offered, and the bytes are those of the command line', async () => {
  const opened = await open();
  const { page } = opened;
  await give(page, 'features', here('anndata-0.8.h5ad', tables, 'cells.h5ad'));
  await page.waitForSelector('#field-embeddingKey');
  const keys = await page.locator('#field-embeddingKey option').allInnerTexts();
  expect(keys).toContain('X_umap');
  expect(await page.locator('#field-layer option').count()).toBeGreaterThan(1);
  await fill(page, { ...SMALL, embeddingKey: 'X_umap', label: 'kind' });
  await explain(page);
  const wanted = await byCommandLine('cells', 'cells.h5ad', '-e', 'X_umap', '--label', 'kind', ...SMALL_ARGS);
  expect((await saved(page, 'Save the explanation')).equals(wanted)).toBe(true);
  quiet(opened);
  await page.close();
});

test('columns of the same file as the map', async () => {
  const opened = await open();
  const { page } = opened;
  await give(page, 'features', here('penguins.csv', penguins));
  await fill(page, { label: 'species', modules: '1', draws: '0', trust: 'no' });
  await page.click('text=Columns of the same file');
  await page.fill('#field-embeddingColumns', 'bill_length_mm,bill_depth_mm');
  await explain(page);
  const wanted = await byCommandLine(
    'columns',
    'penguins.csv',
    '--label',
    'species',
    '--embedding-columns',
    'bill_length_mm,bill_depth_mm',
    '-m',
    '1',
    '--draws',
    '0',
    '--trust',
    'no',
  );
  expect((await saved(page, 'Save the explanation')).equals(wanted)).toBe(true);
  quiet(opened);
  await page.close();
});

test('what is wrong is said in words, without flags, and the settings stay', async () => {
  const opened = await open();
  const { page } = opened;
  const csv = readFileSync(join(penguins, 'penguins.csv'), 'utf8').split('\n');
  const holes = csv.map((line, i) => (i === 3 ? line.replace(/,[^,]*$/, ',') : line)).join('\n');
  writeFileSync(join(folder, 'holes.csv'), holes);
  await give(page, 'features', join(folder, 'holes.csv'));
  await fill(page, { label: 'species', seed: '5' });
  await page.click('button.primary');
  const words = await page.locator('.problem').innerText();
  expect(words).toMatch(/1 cell missing or not finite.*body_mass_g/);
  expect(words).toMatch(/\u201cMissing values\u201d/);
  expect(words).not.toMatch(/--/);
  expect(await page.locator('#field-seed').inputValue()).toBe('5');

  writeFileSync(join(folder, 'short.csv'), 'x,y\n1,2\n3,4\n');
  await page.click('text=From a file');
  await give(page, 'embedding', join(folder, 'short.csv'));
  await fill(page, { missing: 'mean' });
  await page.click('button.primary');
  await page.waitForFunction(() => /fit/.test(document.querySelector('.problem')?.textContent ?? ''));
  expect(await page.locator('.problem').innerText()).toMatch(/342.*2|2.*342/s);

  writeFileSync(join(folder, 'letter.pdf'), '%PDF-1.7 nothing');
  await give(page, 'features', join(folder, 'letter.pdf'));
  await page.waitForSelector('.slot-problem');
  expect(await page.locator('.slot-problem').innerText()).toMatch(/PDF document/);
  expect(await page.locator('button.primary').isDisabled()).toBe(true);
  quiet(opened);
  await page.close();
});

test('a run that is stopped stops soon, and the page goes on', async () => {
  const opened = await open();
  const { page } = opened;
  await give(page, 'features', here('penguins.csv', penguins));
  await fill(page, { label: 'species', stability: '30' });
  await page.click('button.primary');
  await page.waitForSelector('.stages progress');
  await page.click('text=Stop');
  await page.waitForSelector('html[data-phase="start"]');
  expect(await page.locator('.problem').count()).toBe(0);
  await fill(page, { stability: '0', modules: '1', draws: '0', trust: 'no' });
  await explain(page);
  quiet(opened);
  await page.close();
});

test('an explanation that was saved is opened by dropping it', async () => {
  await byCommandLine(
    'kept',
    'penguins.csv',
    '--label',
    'species',
    '-m',
    '2',
    '--draws',
    '0',
    '--method',
    'pca',
  );
  const opened = await open();
  await give(opened.page, 'features', join(folder, 'kept/explanation.whymap'));
  await opened.page.waitForSelector('.card');
  expect(await opened.page.locator('.card').count()).toBe(2);
  quiet(opened);
  await opened.page.close();
});

test('no serious finding of the accessibility checker, in both themes', async () => {
  for (const theme of ['light', 'dark'] as const) {
    const { page } = await open(serving.url, theme);
    expect(await axeFindings(page)).toEqual([]);
    await give(page, 'features', here('penguins.csv', penguins));
    await fill(page, {});
    expect(await axeFindings(page)).toEqual([]);
    await page.close();
  }
});
