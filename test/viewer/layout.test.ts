// The page at the widths of common screens, and an embedding of more than two dimensions.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEmbedding } from 'whymap/io';
import { pathSource } from '#whymap/io/source/path-source.js';
import { writeNpy } from '#whymap/io/write.js';
import { temporaryFolder, whymap } from '../cli/run.js';
import { launch, openReport } from './browser.js';

const penguins = join(import.meta.dirname, '../../data/penguins');
const folder = temporaryFolder();
let browser: Browser;
let html: string;

/** The demo's map with a third dimension that is not flat. */
beforeAll(async () => {
  browser = await launch({ webgl: false });
  const { coordinates } = await readEmbedding(pathSource(join(penguins, 'umap.npy')));
  const deep = Float64Array.from({ length: 3 * coordinates.rows }, (_, at) => {
    const [row, side] = [Math.floor(at / 3), at % 3];
    return side < 2 ? coordinates.data[2 * row + side] : Math.sin(row);
  });
  writeFileSync(join(folder, 'deep.npy'), writeNpy(deep, [coordinates.rows, 3]));
  const args = ['-e', 'deep.npy', '--label', 'species', '--id', 'id', '-m', '4', '-n', '40', '--quiet'];
  const { code } = await whymap(folder, 'explain', join(penguins, 'penguins.csv'), ...args, '-o', 'deep');
  expect(code).toBe(0);
  html = readFileSync(join(folder, 'deep/report.html'), 'utf8');
});

afterAll(() => browser?.close());

test('an embedding of three dimensions is drawn flat, and the map says so', async () => {
  const { page, errors } = await openReport(browser, html);
  expect(await page.locator('.caveat').innerText()).toMatch(
    /flat projection of an embedding with 3 dimensions.*found in all 3/,
  );
  await page.click('text=Localities');
  await page.locator('.map-frame').focus();
  await page.keyboard.press('Enter');
  expect(await page.locator('.region-title').innerText()).toMatch(/^Penguin\d+/);
  expect(errors).toEqual([]);
  await page.close();
});

/** Parts that reach out of the part they stand in, and tools that lie over one another. */
const misplaced = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    const box = (selector: string) => document.querySelector(selector)?.getBoundingClientRect();
    for (const selector of ['html', '.top', '.side', '#panel', '.map']) {
      const part = document.querySelector(selector);
      if (part && part.scrollWidth > part.clientWidth) found.push(`${selector} is ${part.scrollWidth} wide`);
    }
    const shown = ['.toolbar', '.map-frame', '.caveat', '.legend'].flatMap((name) => {
      const at = box(name);
      return at ? [{ name, at }] : [];
    });
    for (const [i, { name, at }] of shown.entries()) {
      for (const other of shown.slice(i + 1)) {
        const apart =
          at.right <= other.at.left ||
          at.left >= other.at.right ||
          at.bottom <= other.at.top ||
          at.top >= other.at.bottom;
        if (!apart) found.push(`${name} lies over ${other.name}`);
      }
    }
    return found;
  });

test('from 1280 to 2560 pixels nothing is cut off and nothing lies over another', async () => {
  for (const [width, height] of [
    [1280, 720],
    [1920, 1080],
    [2560, 1440],
  ]) {
    const { page } = await openReport(browser, html, { width, height });
    for (const tab of ['modules', 'ask', 'trust', 'run']) {
      await page.click(`#tab-${tab}`);
      expect({ width, tab, found: await misplaced(page) }).toEqual({ width, tab, found: [] });
    }
    await page.selectOption('.choice select', 'label');
    await page.fill('.search input', 'Gentoo');
    await page.keyboard.press('Enter');
    expect({ width, found: await misplaced(page) }).toEqual({ width, found: [] });
    await page.close();
  }
});
