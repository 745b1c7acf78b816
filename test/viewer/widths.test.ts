// The page from a phone's width to a wall's, touched where phones and tablets are: nothing is cut off, the parts stand where they
// stood, and fingers do what a pointer does. Edges and widths of parts are stored and compared, not pixels: they are the same with
// any font. UPDATE_SCREENS=1 stores them anew: look at the page before you keep them.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { explainCohort, SIDES } from '../cli/cohort.js';
import { temporaryFolder, whymap } from '../cli/run.js';
import { launch, openReport, PATIENCE } from './browser.js';

const folder = temporaryFolder();
const within = { timeout: PATIENCE };
const stored = join(import.meta.dirname, 'screens/widths.json');
let browser: Browser;
let html: string;

/** The report of a comparison: it has every tab. */
beforeAll(async () => {
  browser = await launch({ webgl: false });
  await explainCohort(folder);
  const args = ['--features', 'features.csv', ...SIDES, '--replicate', 'donor', '-o', 'found', '--quiet'];
  expect((await whymap(folder, 'compare', 'out', ...args)).code).toBe(0);
  html = readFileSync(join(folder, 'found/report.html'), 'utf8');
}, PATIENCE);
afterAll(() => browser?.close());

const SCREENS = [
  { width: 360, height: 740, touch: true },
  { width: 390, height: 844, touch: true },
  { width: 600, height: 900, touch: true },
  { width: 768, height: 1024, touch: true },
  { width: 1280, height: 720, touch: false },
  { width: 1920, height: 1080, touch: false },
  { width: 2560, height: 1440, touch: false },
];
const TABS = ['modules', 'ask', 'groups', 'conditions', 'trust', 'run'];

/** What reaches out of the page, is cut off, or lies over the map. */
const faults = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} wide`);
    const map = document.querySelector('.map-frame')?.getBoundingClientRect();
    if (!map || map.width < 300 || map.height < 300) found.push(`the map is ${map?.width} x ${map?.height}`);
    const legend = document.querySelector('.legend')?.getBoundingClientRect();
    if (map && legend && legend.top < map.bottom && legend.bottom > map.top)
      found.push('the legend lies over the map');
    for (const name of [
      '.bar-name',
      '.module-label',
      '.legend-entry',
      '.name',
      '.tabs button',
      '.title',
      'h2',
    ]) {
      for (const element of document.querySelectorAll<HTMLElement>(name)) {
        if (element.scrollWidth > element.clientWidth + 1)
          found.push(`${name} "${element.innerText}" is cut off`);
      }
    }
    return found;
  });

/** Where the parts stand: left edges and widths, whether the panels are below the map, and cards in a row. */
const layoutOf = (page: Page) =>
  page.evaluate(() => {
    const box = (name: string) => document.querySelector(name)?.getBoundingClientRect();
    const across = (name: string) =>
      [box(name)?.left, box(name)?.width].map((value) => Math.round(value ?? -1));
    const cards = [...document.querySelectorAll('.card')].map((card) => card.getBoundingClientRect().top);
    return {
      map: across('.map-frame'),
      panels: across('.side'),
      below: (box('.side')?.top ?? 0) >= (box('.map-frame')?.bottom ?? 0),
      cardsInRow: cards.filter((top) => Math.abs(top - cards[0]) < 2).length,
    };
  });

test(
  'from 360 to 2560 pixels: no sideways scroll, a map of 300 pixels or more, nothing over it, no cut name, parts where they were',
  within,
  async () => {
    const found: Record<string, Awaited<ReturnType<typeof layoutOf>>> = {};
    for (const screen of SCREENS) {
      const { width } = screen;
      const hash = `#region=${encodeURIComponent('type:"type 0"')}&color=column:condition`;
      const { page, requests, errors } = await openReport(browser, html, { ...screen, hash });
      for (const tab of TABS) {
        await page.click(`#tab-${tab}`);
        if (tab === 'conditions') await page.click('.figures tbody .link >> nth=0');
        if (tab === 'ask') expect(await page.locator('.markers tbody tr').count()).toBeGreaterThan(0);
        expect({ width, tab, found: await faults(page) }).toEqual({ width, tab, found: [] });
      }
      await page.click('#tab-modules');
      found[width] = await layoutOf(page);
      expect({ width, requests, errors }).toEqual({ width, requests: [], errors: [] });
      await page.close();
    }
    if (process.env.UPDATE_SCREENS) writeFileSync(stored, `${JSON.stringify(found, null, 2)}\n`);
    expect(existsSync(stored), `${stored} is stored`).toBe(true);
    expect(found).toEqual(JSON.parse(readFileSync(stored, 'utf8')));
  },
);

test('by fingers: a long press shows the sample, a tap selects it, two fingers zoom', within, async () => {
  const { page, errors } = await openReport(browser, html, { width: 390, height: 844, touch: true });
  const map = await page.locator('.map-frame').boundingBox();
  if (!map) throw new Error('no map');
  // where a sample lies, by a pointer
  let spot: { x: number; y: number } | null = null;
  for (let y = 0.2; y < 0.9 && !spot; y += 0.03) {
    const at = { x: map.x + 0.4 * map.width, y: map.y + y * map.height };
    await page.mouse.move(at.x, at.y);
    if ((await page.locator('.tooltip').count()) > 0) spot = at;
  }
  if (!spot) throw new Error('no sample along the line');
  await page.mouse.move(2, 2);
  await page.waitForSelector('.tooltip', { state: 'detached' });
  const fingers = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: { x: number; y: number }[]) =>
    fingers.send('Input.dispatchTouchEvent', { type, touchPoints });
  await touch('touchStart', spot);
  await page.waitForSelector('.tooltip');
  const name = await page.locator('.tooltip strong').innerText();
  await touch('touchEnd');
  expect(await page.locator('.region-title').count()).toBe(0);
  await page.touchscreen.tap(spot.x, spot.y);
  await page.waitForSelector('.region-title');
  expect((await page.locator('.region-title').innerText()).toLowerCase()).toContain(name.toLowerCase());
  const zoomBefore = page.url();
  const [x, y] = [map.x + map.width / 2, map.y + map.height / 2];
  await touch('touchStart', { x: x - 30, y }, { x: x + 30, y });
  for (let apart = 40; apart <= 120; apart += 20)
    await touch('touchMove', { x: x - apart, y }, { x: x + apart, y });
  await touch('touchEnd');
  await page.waitForFunction(() => /at=/.test(location.hash));
  const zoom = Number(/at=([\d.]+)/.exec(page.url())?.[1]);
  expect(zoomBefore).not.toMatch(/at=/);
  expect(zoom).toBeGreaterThan(1.5);
  expect(errors).toEqual([]);
  await page.close();
});
