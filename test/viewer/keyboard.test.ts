// The viewer by keyboard alone, and what a screen reader is given, in every state and both themes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Serving, serveSite } from 'whymap/viewer';
import { temporaryFolder, whymap } from '../cli/run.js';
import { addressOf } from '../report/report-page.js';
import { axeFindings, launch, openReport, PATIENCE } from './browser.js';
import { openSite, quiet } from './site-page.js';

const folder = temporaryFolder();
let browser: Browser;
let serving: Serving;
let html: string;

beforeAll(async () => {
  browser = await launch({ webgl: false });
  serving = await serveSite();
  const { code } = await whymap(folder, 'demo', '--data', 'penguins', '-o', 'demo', '--quiet');
  expect(code).toBe(0);
  html = readFileSync(join(folder, 'demo/report.html'), 'utf8');
});

afterAll(async () => {
  await browser?.close();
  await serving?.close();
});

interface Stop {
  readonly name: string;
  /** Whether the focus can be seen on it. */
  readonly seen: boolean;
}

function openAll(): void {
  for (const each of document.querySelectorAll('details')) each.open = true;
}

/** What has the focus: its name as it is read out, and whether it is marked. */
const focused = (page: Page): Promise<Stop> =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement & { labels?: NodeListOf<HTMLElement> };
    if (!element || element === document.body) return { name: '', seen: false };
    const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.innerText ?? element.textContent;
    // a card is marked around all of it
    const marks = [getComputedStyle(element), getComputedStyle(element, '::after')];
    return {
      name: (label ?? '').replace(/\s+/g, ' ').trim(),
      seen: marks.some(({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && outlineWidth !== '0px'),
    };
  });

/** Milliseconds for an answer of the page: a walk that no longer knows the page fails, it does not hang. */
const ANSWER = 30_000;

/** Expects what comes of a key: the page answers a moment later. */
const soon = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 10_000 });

/** Presses Tab until something by that name has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let step = 0; step < 200; step++) {
    await page.keyboard.press('Tab');
    const stop = await focused(page);
    if (name.test(stop.name)) return;
    passed.push(stop.name);
  }
  expect(passed).toContain(String(name));
}

test('every stop of a report has a name and a mark, from the top to the map to the panel', async () => {
  const { page, errors } = await openReport(browser, html);
  page.setDefaultTimeout(ANSWER);
  const stops: Stop[] = [];
  do {
    await page.keyboard.press('Tab');
    stops.push(await focused(page));
  } while (stops.at(-1)?.name !== '' && stops.length < 120);
  const walked = stops.slice(0, -1);
  expect(walked.length).toBeGreaterThan(15);
  expect(stops.at(-1)?.name).toBe('');
  expect(walked.filter(({ seen }) => !seen)).toEqual([]);
  const order = [
    /^Find a feature/,
    /^Color by/,
    /^Save/,
    /tour/,
    /theme/,
    /^Move the map/,
    /lasso/,
    /rectangle/,
    /^Zoom in/,
    /^Zoom out/,
    /^Show all/,
    /^Localities/,
    /^Names/,
    /^Map of 342 samples/,
    /^no module present/,
    // entries of the legend: modules that are strongest somewhere
    /^M\d+ \d+%/,
  ];
  order.forEach((pattern, at) => {
    expect(walked[at].name).toMatch(pattern);
  });
  const afterLegend = walked.slice(order.length).find(({ name }) => !/^M\d+ \d+%/.test(name));
  expect(afterLegend?.name).toMatch(/^Modules/);
  expect(errors).toEqual([]);
  await page.close();
});

test('modules, pairs, a question and a comparison without a pointer', async () => {
  const { page, errors } = await openReport(browser, html);
  page.setDefaultTimeout(ANSWER);
  const panel = page.locator('#panel');
  // its card, not its entry in the legend
  await tabTo(page, /^M2(?! \d)/);
  await page.keyboard.press('Enter');
  await soon(() => page.locator('.detail h2').innerText()).toMatch(/^M2/);
  await soon(() => page.evaluate(() => document.activeElement?.id)).toBe('panel');
  await soon(() => page.locator('.legend').innerText()).toMatch(/Presence of M2/);
  await tabTo(page, /All modules/);
  await page.keyboard.press('Enter');
  await soon(async () => (await focused(page)).name).toMatch(/^M2/);
  await page.keyboard.press('Enter');
  await tabTo(page, /\w+_(mm|g) · \w+/);
  await page.keyboard.press('Enter');
  await soon(() => page.locator('.region-title').innerText()).toMatch(/^Samples with M2/);
  await soon(() => panel.innerText()).toMatch(/Correlation inside/);
  await tabTo(page, /^Keep, to compare/);
  await page.keyboard.press('Enter');
  // to the map: its middle is asked about, and compared with what was kept
  await tabTo(page, /^Map of/);
  await page.keyboard.press('+');
  await page.keyboard.press('Enter');
  await soon(() => page.locator('.region-title').innerText()).toMatch(/^Penguin\d+/);
  await soon(() => panel.innerText()).toMatch(/Compared with the kept region/);
  await soon(() => addressOf(page)).toMatch(
    /region=rows:\d+.*kept=module:M2|kept=module:M2.*region=rows:\d+/,
  );
  await tabTo(page, /^Ask$/);
  await page.keyboard.press('ArrowRight');
  await soon(async () => (await focused(page)).name).toBe('Groups');
  await page.keyboard.press('ArrowRight');
  await soon(async () => (await focused(page)).name).toBe('Trust');
  await tabTo(page, /^Glued$/);
  await page.keyboard.press('Space');
  await soon(() => page.locator('.slider').innerText()).toMatch(/\d+ links? of the selection, the worst/);
  expect(errors).toEqual([]);
  await page.close();
});

test('a run from start to end without a pointer, its stages in words; stopped, the settings stay', async () => {
  const opened = await openSite(browser, serving.url);
  const { page } = opened;
  page.setDefaultTimeout(PATIENCE / 5);
  expect(await axeFindings(page)).toEqual([]);
  await tabTo(page, /^Try it with 342 penguins/);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.slot-file >> text=umap.npy');
  await page.evaluate(openAll);
  await tabTo(page, /^Repeats for stability/);
  await page.keyboard.type('400');
  await recordStages(page);
  await tabTo(page, /^Explain$/);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.stages >> text=Repeating with other seeds');
  expect(await axeFindings(page)).toEqual([]);
  expect(await page.locator('[aria-live=polite]').textContent()).toBe(
    'Repeating with other seeds and samples',
  );
  await tabTo(page, /^Stop$/);
  await page.keyboard.press('Enter');
  await page.waitForSelector('html[data-phase="start"]');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('step-features');
  expect(await page.locator('.problem').count()).toBe(0);
  expect(await page.locator('#field-stability').inputValue()).toBe('400');
  expect(await page.locator('.slot-file b').allInnerTexts()).toEqual(['penguins.csv', 'umap.npy']);
  await page.fill('#field-stability', '');
  await page.fill('#field-draws', '0');
  await page.locator('#field-draws').press('Enter');
  await page.waitForSelector('html[data-phase="done"]');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('panel');
  const { stages, backward } = await stagesSeen(page);
  for (const stage of ['Covering the map with localities', 'Finding the modules', 'Describing the modules'])
    expect(stages).toContain(stage);
  expect(backward).toEqual([]);
  await tabTo(page, /Settings/);
  await page.keyboard.press('Enter');
  expect(await page.locator('#field-draws').inputValue()).toBe('0');
  await tabTo(page, /Back to the result/);
  await page.keyboard.press('Enter');
  expect(await page.locator('.card').count()).toBe(3);
  quiet(opened);
  await page.close();
});

interface Recorded {
  stages: string[];
  /** Stages whose bar went back. */
  backward: string[];
}

/** Notes each stage that is shown and every bar that goes back, until the page is closed. */
const recordStages = (page: Page) =>
  page.evaluate(() => {
    const recorded: Recorded = { stages: [], backward: [] };
    const far = new Map<string, number>();
    Object.assign(globalThis, { recorded });
    new MutationObserver(() => {
      if (!document.querySelector('.stages')) far.clear();
      for (const bar of document.querySelectorAll<HTMLProgressElement>('.stages progress')) {
        const name = bar.getAttribute('aria-label') ?? '';
        if (!recorded.stages.includes(name)) recorded.stages.push(name);
        if (bar.value < (far.get(name) ?? 0))
          recorded.backward.push(`${name}: ${far.get(name)} to ${bar.value}`);
        far.set(name, bar.value);
      }
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });

const stagesSeen = (page: Page): Promise<Recorded> =>
  page.evaluate(() => (globalThis as unknown as { recorded: Recorded }).recorded);
