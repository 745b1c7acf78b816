/**
 * Compares a part of the page with a stored picture. UPDATE_SCREENS=1 writes the stored ones anew: look at them
 * before you keep them. Without text, so that another version of a font changes nothing.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import type { Locator } from 'playwright-core';
import { PNG } from 'pngjs';
import { expect } from 'vitest';

const folder = join(import.meta.dirname, 'screens');
/** Share of pixels that may differ: anti-aliasing, not a missing module or another scale of colors. */
const TOLERANCE = 0.01;

export async function expectScreen(part: Locator, name: string): Promise<void> {
  await part.page().waitForSelector('html[data-drawn="true"]');
  await part
    .page()
    .evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const found = await part.screenshot();
  const file = join(folder, `${name}.png`);
  if (process.env.UPDATE_SCREENS) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, found);
  }
  expect(existsSync(file), `${file} is stored`).toBe(true);
  const a = PNG.sync.read(readFileSync(file));
  const b = PNG.sync.read(found);
  expect([b.width, b.height]).toEqual([a.width, a.height]);
  const different = pixelmatch(a.data, b.data, undefined, a.width, a.height, { threshold: 0.15 });
  const drawn = a.data.filter((_, i) => i % 4 === 0 && (a.data[i] < 200 || a.data[i + 1] < 200)).length;
  // relative to what is drawn, so that an empty canvas cannot pass
  expect(different).toBeLessThan(TOLERANCE * a.width * a.height);
  expect(different).toBeLessThan(0.2 * drawn);
}
