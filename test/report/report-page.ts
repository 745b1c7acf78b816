/** An opened report, as a person works with it, for its tests. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

/** What an entry of the menu of things to keep gives. */
export async function kept(page: Page, name: string): Promise<Buffer> {
  await page.click('.save > button');
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(`.menu >> text=${name}`)]);
  return readFileSync(await file.path());
}

/** The part of the address that holds the view, once it has followed it. */
export const addressOf = (page: Page): Promise<string> =>
  page.evaluate(() => new Promise<string>((done) => setTimeout(() => done(location.hash), 400)));

/** Draws with the pointer along corners of the map, in pixels of the page. */
export async function drag(page: Page, corners: readonly (readonly [number, number])[]): Promise<void> {
  await page.mouse.move(...corners[0]);
  await page.mouse.down();
  for (const corner of corners) await page.mouse.move(...corner, { steps: 5 });
  await page.mouse.up();
}
