// A larger map through `whymap view`'s server: the file itself is fetched, and nothing else.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { serve } from 'whymap/viewer';
import { encodeExplanation } from '#whymap/io/explanation-file.js';
import { madeMap } from '../../bench/made-map.mjs';
import { temporaryFolder } from '../cli/run.js';
import { addStyle, launch, PATIENCE } from './browser.js';

const folder = temporaryFolder();
const ROWS = 60_000;

/** The points, once every one is drawn where it is and the address has followed. */
async function stillMap(page: Page): Promise<PNG> {
  await page.mouse.move(5, 5);
  await page.waitForTimeout(1000);
  await page.waitForFunction(
    () =>
      document.querySelector<HTMLElement>('canvas[data-renderer]')?.style.transform === '' &&
      !document.querySelector('.over-map'),
  );
  await addStyle(page, '.toolbar,.legend,.names,.notice { visibility: hidden }');
  return PNG.sync.read(await page.locator('canvas[data-renderer="webgl"]').screenshot());
}

test('60,000 samples: counted, drawn, hovered, colored and moved, with one request for the file', async () => {
  mkdirSync(join(folder, 'made'));
  writeFileSync(join(folder, 'made/explanation.whymap'), encodeExplanation(madeMap(ROWS)));
  const serving = await serve(join(folder, 'made'));
  const browser = await launch();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(PATIENCE);
  const requests: string[] = [];
  const problems: string[] = [];
  page.on('request', (request) => requests.push(request.url().replace(serving.url, '/')));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(serving.url);
  await page.waitForSelector('html[data-drawn="true"]');
  expect(await page.locator('.sizes').innerText()).toMatch(/^60,000 samples/);
  const { data } = PNG.sync.read(await page.locator('canvas[data-renderer="webgl"]').screenshot());
  const colored = data.filter((value, i) => i % 4 === 0 && Math.abs(value - data[i + 2]) > 60).length;
  expect(colored).toBeGreaterThan(0.03 * (data.length / 4));
  await page.selectOption('.choice select', 'density');
  expect(await page.locator('.legend').innerText()).toMatch(/Density/);
  // somewhere in the middle there is a sample under the pointer
  for (let x = 300; x < 600 && (await page.locator('.tooltip').count()) === 0; x += 20)
    await page.mouse.move(x, 420);
  expect(await page.locator('.tooltip').innerText()).toMatch(/row \d+/);
  // a slow renderer moves its last picture during a drag; afterwards the map is as if it had been opened there
  await page.mouse.move(500, 600);
  await page.mouse.down();
  for (let step = 1; step <= 8; step++) await page.mouse.move(500 + 20 * step, 600 - 10 * step);
  await page.mouse.up();
  const settled = await stillMap(page);
  await page.reload();
  await page.waitForSelector('html[data-drawn="true"]');
  const opened = await stillMap(page);
  const { width, height } = opened;
  const different = pixelmatch(settled.data, opened.data, undefined, width, height, { threshold: 0.2 });
  expect(different).toBeLessThan(0.01 * width * height);
  expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([
    '/',
    '/explanation.whymap',
    '/',
    '/explanation.whymap',
  ]);
  expect(problems).toEqual([]);
  await browser.close();
  await serving.close();
});
