// The page says how files are read before a run, and lets a person change the role of a column.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Serving, serveSite } from 'whymap/viewer';
import { temporaryFolder } from '../cli/run.js';
import { launch } from './browser.js';
import { give, openSite, quiet } from './site-page.js';

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);
let browser: Browser;
let serving: Serving;

beforeAll(async () => {
  browser = await launch({ webgl: false });
  serving = await serveSite();
  const rows = Array.from({ length: 40 }, (_, i) => i);
  const cells = (i: number) => [`s${i}`, i % 3, Math.sin(i).toFixed(3), Math.cos(i).toFixed(3), (i % 7) / 4];
  writeFileSync(file('x.csv'), `id,leiden,a,b,c\n${rows.map((i) => cells(i).join(',')).join('\n')}\n`);
  const lines = rows.map((i) => `s${i},${Math.sin(i * 2).toFixed(3)},${Math.cos(i).toFixed(3)}`);
  writeFileSync(file('e.csv'), `id,UMAP_1,UMAP_2\n${lines.reverse().join('\n')}\n`);
  const wide = rows.map((i) => `s${i},${Math.sin(i * 2)},${Math.cos(i).toFixed(3)},${(i * 7) % 40},c${i}`);
  writeFileSync(file('wide.csv'), `id,UMAP_1,UMAP_2,time,code\n${wide.join('\n')}\n`);
  writeFileSync(file('twice.csv'), `id,UMAP_1,UMAP_2\n${[lines[0], ...lines.slice(0, 39)].join('\n')}\n`);
});

afterAll(async () => {
  await browser?.close();
  await serving?.close();
});

const said = (page: Page, text: string) =>
  page.waitForFunction(
    (wanted) => document.querySelector('.reading-lines')?.textContent?.includes(wanted),
    text,
  );
const role = (page: Page, column: string) => page.locator(`select[aria-label="Role of ${column}"]`);

test('the plan is shown, and follows the roles that a person gives', async () => {
  const opened = await openSite(browser, serving.url);
  const { page } = opened;
  await give(page, 'features', file('x.csv'));
  await page.locator('input[name=map-from][value=file]').check();
  await give(page, 'embedding', file('e.csv'));
  await said(page, 'joined by id (id): 40 samples match');
  await page.click('.reading-roles summary');
  expect(await role(page, 'leiden').inputValue()).toBe('left out');
  await role(page, 'leiden').selectOption('label');
  await role(page, 'b').selectOption('left out');
  await said(page, 'Labels: leiden of x.csv, 3 different');
  await said(page, 'b (is dropped as requested)');
  const command = page.locator('.command-note code');
  expect(await command.innerText()).toBe('whymap explain x.csv --embedding e.csv --drop b --label leiden');
  await role(page, 'b').selectOption('feature');
  await said(page, 'Features: 3 of x.csv');
  expect(await command.innerText()).toBe('whymap explain x.csv --embedding e.csv --label leiden');
  quiet(opened);
  await page.close();
});

test('columns of the map change their roles, and nothing is wider than a phone', async () => {
  const opened = await openSite(browser, serving.url);
  const { page } = opened;
  await page.setViewportSize({ width: 390, height: 844 });
  await give(page, 'features', file('x.csv'));
  await page.locator('input[name=map-from][value=file]').check();
  await give(page, 'embedding', file('wide.csv'));
  await said(page, 'Map: 2 dimensions of wide.csv (UMAP_1, UMAP_2), ids in id');
  await page.click('.reading-roles summary');
  const mapRole = (column: string) => role(page, `${column} of the map`);
  expect(await mapRole('time').inputValue()).toBe('left out');
  await mapRole('time').selectOption('coordinate');
  await mapRole('UMAP_2').selectOption('left out');
  await said(page, 'Map: 2 dimensions of wide.csv (UMAP_1, time)');
  expect(await page.locator('.command-note code').innerText()).toBe(
    'whymap explain x.csv --embedding wide.csv --embedding-columns UMAP_1,time',
  );
  await mapRole('code').selectOption('ids');
  await page.waitForSelector('.reading-problem');
  await mapRole('id').selectOption('ids');
  await said(page, 'joined by id (id): 40 samples match');
  const widths = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    ...[...document.querySelectorAll('main')].map((element) => element.scrollWidth),
  ]);
  expect(Math.max(...widths)).toBeLessThanOrEqual(390);
  quiet(opened);
  await page.close();
});

test('what would stop the run is said before it', async () => {
  const opened = await openSite(browser, serving.url);
  const { page } = opened;
  await give(page, 'features', file('x.csv'));
  await page.locator('input[name=map-from][value=file]').check();
  await give(page, 'embedding', file('twice.csv'));
  await page.waitForSelector('.reading-problem');
  expect(await page.locator('.reading-problem').innerText()).toContain('occurs more than once');
  await page.click('.reading-roles summary');
  await page.locator('label', { hasText: 'Rows of all files are in the same order' }).click();
  await said(page, 'paired by row order, as requested: 40 rows');
  quiet(opened);
  await page.close();
});
