// The cards of modules on made data with planted modules: charts, checks, order, filter and granularity.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Explanation } from 'whymap';
import { decodeExplanation } from 'whymap/io';
import { comesBack, moduleGroups, words } from 'whymap/lava';
import { temporaryFolder, whymap } from '../cli/run.js';
import { axeFindings, launch, type Opened, openReport } from './browser.js';
import { madeTable, moduleNames } from './made-explanation.js';

const folder = temporaryFolder();
let browser: Browser;
let html: string;
let explanation: Explanation;

beforeAll(async () => {
  browser = await launch({ webgl: false });
  const { table, map } = madeTable(600);
  writeFileSync(join(folder, 'made.csv'), table);
  writeFileSync(join(folder, 'map.csv'), map);
  const options = [
    '-e',
    'map.csv',
    '--id',
    'id',
    '--label',
    'group',
    '-m',
    'auto',
    '--draws',
    '199',
    '-n',
    '60',
  ];
  const { code, err } = await whymap(folder, 'explain', 'made.csv', ...options, '-o', 'out', '--quiet');
  expect([code, err]).toEqual([0, '']);
  html = readFileSync(join(folder, 'out/report.html'), 'utf8');
  explanation = decodeExplanation(new Uint8Array(readFileSync(join(folder, 'out/explanation.whymap'))));
});

afterAll(() => browser?.close());

const quiet = ({ requests, errors }: Opened) => {
  expect(requests).toEqual([]);
  expect(errors).toEqual([]);
};

/** Labels of the cards that are shown: those of modules that did not come back are folded. */
const names = (page: Page) => page.locator('.card .module-label:visible').allInnerTexts();

test('a module shows its features as a matrix and as a graph, its presence as a histogram, and its checks', async () => {
  const opened = await openReport(browser, html);
  const { page } = opened;
  await page.click('.card-open >> nth=0');
  const [first] = explanation.descriptions;
  const features = new Set(first.pairs.flatMap(({ a, b }) => [a, b]));
  const shown = first.topFeatures.filter(({ feature }) => features.has(feature)).slice(0, 12).length;
  expect(await page.locator('.matrix rect:not(.key rect)').count()).toBe(shown ** 2);
  // a cell says the figure of the pair that it stands for, and has the color of its sign
  const pair = first.pairs.find(({ correlation }) => correlation < -0.3);
  const title = pair && `${explanation.featureNames[pair.a]} and ${explanation.featureNames[pair.b]}`;
  const cells = page.locator('.matrix rect', { hasText: title });
  expect(await cells.first().textContent()).toContain(`\u2212${Math.abs(pair?.correlation ?? 0).toFixed(2)}`);
  const [red, , blue] = ((await cells.first().getAttribute('fill')) ?? '').match(/\d+/g)?.map(Number) ?? [];
  expect(red).toBeGreaterThan(blue);

  await page.click('text=Graph');
  expect(await page.locator('.graph circle').count()).toBe(shown);
  expect(await page.locator('.graph line').count()).toBeGreaterThanOrEqual(shown - 1);

  expect(await page.locator('.histogram rect').count()).toBeGreaterThan(20);
  const drawn = await page.locator('.histogram rect title').allTextContents();
  const counted = drawn.reduce((sum, text) => sum + Number(/(\d+) sample/.exec(text)?.[1]), 0);
  const without = Number(
    /(\d+) samples? ha(?:s|ve) none/.exec(await page.locator('#panel').innerText())?.[1] ?? 0,
  );
  expect(counted + without).toBe(explanation.rows);

  const figures = await page.locator('.figures').innerText();
  expect(figures).toContain(first.significance?.real.statistic.toFixed(2));
  expect(figures).toContain(first.trust?.toFixed(2));
  expect(await axeFindings(page)).toEqual([]);
  quiet(opened);
  await page.close();
});

test('modules are sorted and filtered; none that match is said, and undone', async () => {
  const opened = await openReport(browser, html);
  const { page } = opened;
  const all = await names(page);
  await page.selectOption('[aria-label="Order of the modules"]', 'name');
  expect(await names(page)).toEqual([...all].sort());
  await page.selectOption('[aria-label="Order of the modules"]', 'samples');
  const open = explanation.descriptions.filter(comesBack);
  const bySamples = [...open].sort((a, b) => b.presentSamples - a.presentSamples);
  expect((await names(page))[0].replace(' \u2194', ',')).toBe(bySamples[0].label);
  await page.fill('input[type=search] >> nth=-1', moduleNames[2][1].toUpperCase());
  expect((await names(page)).length).toBe(1);
  await page.fill('input[type=search] >> nth=-1', 'nothing of that name');
  expect(await names(page)).toEqual([]);
  await page.click('text=Show all modules');
  expect(await names(page)).toEqual(all);
  await page.click('text=only significant');
  const significant = open.filter((module) => module.significance?.significant);
  expect((await names(page)).length).toBe(significant.length);
  quiet(opened);
  await page.close();
});

test('the curve of auto; coarser groups in the list and on the map at once, kept in the address', async () => {
  const opened = await openReport(browser, html, { theme: 'dark' });
  const { page } = opened;
  const { granularity, modules } = explanation;
  await page.click('.granularity summary');
  expect(await page.locator('.granularity summary').innerText()).toContain(`${granularity?.chosen} modules`);
  const slider = page.locator('.group-choice input');
  expect(await slider.inputValue()).toBe(String(modules.count));
  await slider.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  expect(await page.locator('.group-choice output').innerText()).toBe(`2 groups of ${modules.count} modules`);
  expect(await page.locator('.module-group').count()).toBe(2);
  const groups = moduleGroups(explanation, 2);
  const shares = await page.locator('.module-group > .note').allInnerTexts();
  groups.forEach(({ share }, g) => {
    expect(shares[g]).toContain(words.percent(share));
  });
  expect(await page.locator('.legend').innerText()).toContain('Strongest group of modules');
  expect(await axeFindings(page)).toEqual([]);
  await page.locator('.module-group .group-open').first().click();
  expect(await page.locator('.legend').innerText()).toContain('Presence of G1');
  await page.waitForFunction(() => location.hash.includes('groups=2'));
  await page.locator('.module-group summary').first().click();
  expect(await page.locator('.module-group .card').count()).toBeGreaterThanOrEqual(groups[0].modules.length);
  await slider.focus();
  await page.keyboard.press('End');
  expect(await page.locator('.module-group').count()).toBe(0);
  expect(await page.locator('.legend').innerText()).toContain('Strongest module');
  quiet(opened);
  await page.close();
});

test('a tour on first use: by keyboard, ended for good, and brought back', async () => {
  const opened = await openReport(browser, html, { first: true });
  const { page } = opened;
  const tour = page.locator('.tour');
  expect(await tour.innerText()).toMatch(/1 of 4/);
  expect(await axeFindings(page)).toEqual([]);
  await tour.locator('text=Next').focus();
  for (let step = 2; step <= 4; step++) {
    await page.keyboard.press('Enter');
    await page.waitForSelector(`.tour >> text=${step} of 4`);
  }
  await page.keyboard.press('Escape');
  expect(await tour.count()).toBe(0);
  await page.reload();
  await page.waitForSelector('html[data-ready="true"]');
  expect(await tour.count()).toBe(0);
  await page.click('[aria-label="Show the tour"]');
  expect(await tour.count()).toBe(1);
  await tour.locator('text=End the tour').click();
  expect(await tour.count()).toBe(0);
  quiet(opened);
  await page.close();
});
