// The demo's report in a real browser, opened from disk with the network off.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder, whymap } from '../cli/run.js';
import { axeFindings, launch, type Opened, openReport } from '../viewer/browser.js';
import { expectScreen } from '../viewer/screen.js';

const folder = temporaryFolder();
let browser: Browser;
let html: string;

beforeAll(async () => {
  browser = await launch({ webgl: false });
  const { code, err } = await whymap(folder, 'demo', '-o', 'demo', '--quiet');
  expect(err).toBe('');
  expect(code).toBe(0);
  html = readFileSync(join(folder, 'demo/report.html'), 'utf8');
});

afterAll(() => browser?.close());

const quiet = ({ requests, errors }: Opened) => {
  expect(requests).toEqual([]);
  expect(errors).toEqual([]);
};

test('shows the map and a card for each module, under 5 MB, without a request or an error', async () => {
  expect(html.length).toBeLessThan(5e6);
  const opened = await openReport(browser, html);
  const { page } = opened;
  expect(await page.locator('.card').count()).toBe(16);
  expect(await page.locator('.summary').innerText()).toMatch(/16 modules.*60 localities of 100 samples/s);
  expect(await page.locator('.card').first().innerText()).toMatch(/present in \w+ \d+%/);
  await page.click('text=Names');
  await expectScreen(page.locator('.map-frame'), 'strongest');
  quiet(opened);
  await page.close();
});

test('a card opens its module: the map shows its presence, the card its picture, pixels and labels', async () => {
  const opened = await openReport(browser, html);
  const { page } = opened;
  await page.click('.card-open >> nth=2');
  expect(await page.locator('.legend').innerText()).toMatch(/Presence of M\d+/);
  expect(await page.locator('.detail').innerText()).toMatch(
    /Trouser|Dress|Sneaker|Sandal|Boot|Bag|Coat|Shirt/,
  );
  await page.click('text=Names');
  await expectScreen(page.locator('.map-frame'), 'presence-M3');
  await expectScreen(page.locator('.detail .picture').first(), 'picture-M3');
  await page.click('text=All modules');
  expect(await page.locator('.card').count()).toBe(16);
  quiet(opened);
  await page.close();
});

test('a click on the map answers what makes this region', async () => {
  const opened = await openReport(browser, html);
  const { page } = opened;
  const frame = await page.locator('.map-frame').boundingBox();
  if (!frame) throw new Error('no map');
  for (let y = 0.2; y < 0.9 && (await page.locator('.tooltip').count()) === 0; y += 0.02)
    await page.mouse.move(frame.x + 0.4 * frame.width, frame.y + y * frame.height);
  const name = await page.locator('.tooltip strong').innerText();
  await page.mouse.down();
  await page.mouse.up();
  await page.waitForSelector('text=Modules here');
  const answer = await page.locator('.panel').innerText();
  expect(answer.toLowerCase()).toContain(`${name.toLowerCase()} is one sample, labeled `);
  expect(answer).toMatch(/Present there: M\d+|No module is present there/);
  quiet(opened);
  await page.close();
});

test('a lasso asks for a region', async () => {
  const opened = await openReport(browser, html);
  const { page } = opened;
  await page.locator('.map-frame').focus();
  await page.keyboard.press('l');
  const corners = [
    [170, 580],
    [300, 580],
    [300, 770],
    [170, 770],
    [170, 585],
  ];
  await page.mouse.move(corners[0][0], corners[0][1]);
  await page.mouse.down();
  for (const [x, y] of corners) await page.mouse.move(x, y, { steps: 5 });
  await page.mouse.up();
  await page.waitForSelector('text=Modules here');
  expect(await page.locator('.panel').innerText()).toMatch(/M3/);
  quiet(opened);
  await page.close();
});

test('dark theme, and how it was made', async () => {
  const opened = await openReport(browser, html, { theme: 'dark' });
  const { page } = opened;
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(
    background
      .match(/\d+/g)
      ?.slice(0, 3)
      .every((part) => Number(part) < 60),
  ).toBe(true);
  await page.getByRole('tab', { name: 'Run' }).click();
  expect(await page.locator('.panel').innerText()).toMatch(/seed/i);
  quiet(opened);
  await page.close();
});

test('no serious finding of the accessibility checker, in both themes', async () => {
  for (const theme of ['light', 'dark'] as const) {
    const { page } = await openReport(browser, html, { theme });
    expect(await axeFindings(page)).toEqual([]);
    await page.close();
  }
});
