// The map in a real browser, with WebGL (drawn by the processor here) and without.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pixelmatch from 'pixelmatch';
import type { Browser } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder, whymap } from '../cli/run.js';
import { addStyle, launch, type Opened, openReport } from './browser.js';

const folder = temporaryFolder();
let browser: Browser;
let html: string;

beforeAll(async () => {
  browser = await launch();
  const { code } = await whymap(folder, 'demo', '--data', 'penguins', '-o', 'demo', '--quiet');
  expect(code).toBe(0);
  html = readFileSync(join(folder, 'demo/report.html'), 'utf8');
});

afterAll(() => browser?.close());

const quiet = async ({ page, requests, errors }: Opened) => {
  expect(requests).toEqual([]);
  expect(errors).toEqual([]);
  await page.close();
};

const points = async ({ page }: Opened) => {
  await page.waitForTimeout(300);
  return PNG.sync.read(await page.locator('canvas[data-renderer]').screenshot());
};

test('WebGL and the canvas draw the same map; a small one needs no notice', async () => {
  const withGl = await openReport(browser, html);
  expect(await withGl.page.locator('canvas[data-renderer="webgl"]').count()).toBe(1);
  expect(await withGl.page.locator('.notice').count()).toBe(0);
  const plain = await launch({ webgl: false });
  const without = await openReport(plain, html);
  expect(await without.page.locator('canvas[data-renderer="canvas"]').count()).toBe(1);
  expect(await without.page.locator('.notice').count()).toBe(0);
  const hide = '.toolbar,.legend,.names,.notice { visibility: hidden }';
  for (const { page } of [withGl, without]) await addStyle(page, hide);
  const [a, b] = [await points(withGl), await points(without)];
  const different = pixelmatch(a.data, b.data, undefined, a.width, a.height, { threshold: 0.2 });
  const drawn = a.data.filter((value, i) => i % 4 < 3 && value < 200).length / 3;
  expect(drawn).toBeGreaterThan(2000);
  expect(different).toBeLessThan(0.1 * drawn);
  await quiet(withGl);
  await quiet(without);
  await plain.close();
});

test('the map and its thumbnails are drawn before any frame: a page may be captured as it loads', async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, offline: true });
  await context.addInitScript(() => {
    window.requestAnimationFrame = () => 0;
  });
  const page = await context.newPage();
  await page.goto(pathToFileURL(join(folder, 'demo/report.html')).href);
  await page.waitForSelector('html[data-drawn="true"]');
  const picture = PNG.sync.read(await page.locator('canvas[data-renderer]').screenshot());
  expect(colored(picture)).toBeGreaterThan(1000);
  const thumbnail = PNG.sync.read(await page.locator('.minimap').first().screenshot());
  expect(colored(thumbnail)).toBeGreaterThan(50);
  await context.close();
});

/** Pixels in which red, green and blue differ. */
function colored({ data }: PNG): number {
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (Math.max(data[at], data[at + 1], data[at + 2]) - Math.min(data[at], data[at + 1], data[at + 2]) > 40)
      count++;
  }
  return count;
}

test('a lost graphics driver leaves a drawn map and a message', async () => {
  const opened = await openReport(browser, html);
  const { page } = opened;
  await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas[data-renderer="webgl"]');
    canvas?.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
  });
  await page.waitForSelector('canvas[data-renderer="canvas"]');
  expect(await page.locator('.notice').innerText()).toMatch(/driver stopped/);
  const { data } = await points(opened);
  expect(data.filter((value, i) => i % 4 < 3 && value < 200).length).toBeGreaterThan(2000);
  expect(opened.requests).toEqual([]);
  await page.close();
});
