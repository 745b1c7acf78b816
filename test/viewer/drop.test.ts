// Files and folders dropped on the page that computes, as the browser hands them over: each gives the bytes of the
// command line.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Serving, serveSite } from 'whymap/viewer';
import { writeNpy } from '#whymap/io/write.js';
import { temporaryFolder, whymap } from '../cli/run.js';
import { launch } from './browser.js';
import { copied, drop, explain, explained, fill, openSite, quiet, saved } from './site-page.js';

const root = join(import.meta.dirname, '../..');
const folder = temporaryFolder();
let browser: Browser;
let serving: Serving;

beforeAll(async () => {
  browser = await launch({ webgl: false });
  serving = await serveSite();
});

afterAll(async () => {
  await browser?.close();
  await serving?.close();
});

const penguinMap = () => copied(join(root, 'data/penguins/umap.npy'), join(folder, 'umap.npy'));
const table = (name: string) => copied(join(root, 'fixtures/io/tables', name), join(folder, name));
const file = (name: string) => join(folder, name);
const names = (page: Page) => page.locator('.slot-file b').allInnerTexts();

test('a Parquet file and a NPY map, dropped together', async () => {
  const opened = await openSite(browser, serving.url);
  const { page } = opened;
  copied(join(root, 'fixtures/viewer/penguins.parquet'), file('penguins.parquet'));
  penguinMap();
  await drop(page, file('penguins.parquet'), file('umap.npy'));
  await fill(page, { label: 'species', id: 'id', modules: '3', localitySize: '40' });
  expect(await page.locator('.slot-file').first().innerText()).toMatch(/Parquet, 6 columns/);
  expect(await page.locator('input[name=map-from]:checked').getAttribute('value')).toBe('file');
  await explain(page);
  const args = ['-e', 'umap.npy', '--label', 'species', '--id', 'id', '-m', '3', '-n', '40'];
  const wanted = await explained(folder, 'parquet', 'penguins.parquet', ...args);
  expect((await saved(page, 'Save the explanation')).equals(wanted)).toBe(true);
  quiet(opened);
  await page.close();
});

test('NPY features, a NPY map and labels in a CSV: three files, each in its place', async () => {
  const lines = readFileSync(join(root, 'data/penguins/penguins.csv'), 'utf8').trim().split('\n').slice(1);
  const cells = lines.map((line) => line.split(','));
  const values = cells.flatMap((row) => row.slice(2).map(Number));
  writeFileSync(file('measures.npy'), writeNpy(Float64Array.from(values), [cells.length, 4]));
  writeFileSync(file('labels.csv'), `species\n${cells.map((row) => row[1]).join('\n')}\n`);
  penguinMap();
  const opened = await openSite(browser, serving.url);
  const { page } = opened;
  await drop(page, file('measures.npy'), file('umap.npy'), file('labels.csv'));
  await page.waitForFunction(() => document.querySelectorAll('.slot-file').length === 3);
  await fill(page, { modules: '2', draws: '0', localitySize: '40' });
  await explain(page);
  const args = ['-e', 'umap.npy', '--labels', 'labels.csv', '-m', '2', '--draws', '0', '-n', '40'];
  const wanted = await explained(folder, 'npy', 'measures.npy', ...args);
  expect((await saved(page, 'Save the explanation')).equals(wanted)).toBe(true);
  quiet(opened);
  await page.close();
});

const SMALL = { localitySize: '6', modules: '2', support: '0', gate: '0' };
const SMALL_ARGS = ['-n', '6', '-m', '2', '--support', '0', '--gate', '0'];

test('a Zarr store is a folder: dropped, or chosen in a dialog', async () => {
  const opened = await openSite(browser, serving.url);
  const { page } = opened;
  await drop(page, table('anndata.zarr'));
  await page.waitForSelector('#field-embeddingKey');
  expect(await page.locator('.slot-file').first().innerText()).toMatch(/in 49 files, Zarr/);
  await fill(page, { ...SMALL, embeddingKey: 'X_umap', label: 'kind' });
  await explain(page);
  const args = ['-e', 'X_umap', '--label', 'kind', ...SMALL_ARGS];
  const dropped = await explained(folder, 'zarr', 'anndata.zarr', ...args);
  expect((await saved(page, 'Save the explanation')).equals(dropped)).toBe(true);

  await page.click('text=Change the settings and run again');
  await page.locator('input[data-folder=features]').setInputFiles(table('anndata-0.13.4.zarr'));
  await page.waitForSelector('.slot-file >> text=anndata-0.13.4.zarr');
  await fill(page, { ...SMALL, embeddingKey: 'X_umap', label: 'kind' });
  await explain(page);
  const chosen = await explained(folder, 'zarr3', 'anndata-0.13.4.zarr', ...args);
  expect((await saved(page, 'Save the explanation')).equals(chosen)).toBe(true);
  quiet(opened);
  await page.close();
});

test('brotli pages of Parquet, whose decoder the page holds in itself', async () => {
  const opened = await openSite(browser, serving.url);
  const { page } = opened;
  const name = 'pyarrow-brotli-2.0.parquet';
  await drop(page, table(name));
  await fill(page, { ...SMALL, method: 'pca' });
  await explain(page);
  const wanted = await explained(folder, 'brotli', name, ...SMALL_ARGS, '--method', 'pca');
  expect((await saved(page, 'Save the explanation')).equals(wanted)).toBe(true);
  quiet(opened);
  await page.close();
});

test('a folder of Cell Ranger, and what is said of a folder of something else', async () => {
  const opened = await openSite(browser, serving.url);
  const { page } = opened;
  mkdirSync(file('letters'));
  writeFileSync(file('letters/one.txt'), 'Dear reader');
  await drop(page, file('letters'));
  await page.waitForSelector('.slot-problem');
  expect(await page.locator('.slot-problem').innerText()).toMatch(/a folder at letters.*file inside it/s);
  expect(await page.locator('button.primary').isDisabled()).toBe(true);

  await page.click('[aria-label="Remove Features: letters"]');
  await drop(page, table('tenx-folder'));
  await fill(page, {
    localitySize: '4',
    modules: '1',
    support: '0',
    gate: '0',
    method: 'pca',
    normalize: 'none',
  });
  expect(await names(page)).toEqual(['tenx-folder']);
  await explain(page);
  const args = [
    '-n',
    '4',
    '-m',
    '1',
    '--support',
    '0',
    '--gate',
    '0',
    '--method',
    'pca',
    '--normalize',
    'none',
  ];
  const wanted = await explained(folder, 'tenx', 'tenx-folder', ...args);
  expect((await saved(page, 'Save the explanation')).equals(wanted)).toBe(true);
  quiet(opened);
  await page.close();
});

test('the folder that the command line wrote opens as what it is', async () => {
  const args = ['--data', 'penguins', '-o', 'demo', '--quiet'];
  expect((await whymap(folder, 'demo', ...args)).code).toBe(0);
  const opened = await openSite(browser, serving.url);
  await drop(opened.page, file('demo'));
  await opened.page.waitForSelector('.card');
  expect(await opened.page.locator('.sizes').innerText()).toMatch(/^342 samples/);
  quiet(opened);
  await opened.page.close();
});
