// The viewer on 20,000 samples of real data: digits of MNIST, their UMAP and its modules. Figures on the page are
// compared with what a loop over the pixels and the labels gives.
import type { Browser, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addressOf, drag, kept } from '../report/report-page.js';
import { axeFindings, launch, type OpenOptions, openReport } from './browser.js';
import { type Digits, readDigits } from './mnist.js';
import { expectScreen } from './screen.js';

let browser: Browser;
let digits: Digits;
let labels: readonly string[];

beforeAll(async () => {
  digits = readDigits();
  labels = digits.explanation.labels ?? [];
  browser = await launch();
});

afterAll(() => browser?.close());

async function withDigits(
  work: (page: Page) => Promise<void>,
  options: OpenOptions = {},
  html = digits.html,
) {
  const opened = await openReport(browser, html, { width: 1280, height: 800, ...options });
  await work(opened.page);
  expect(opened.requests).toEqual([]);
  expect(opened.errors).toEqual([]);
  await opened.page.close();
}

const legend = (page: Page) => page.locator('.legend').innerText();
const panel = (page: Page) => page.locator('#panel').innerText();
const color = (page: Page, value: string) => page.selectOption('.choice select', value);
const rowsOf = (digit: string) => labels.flatMap((label, row) => (label === digit ? [row] : []));

/** Moves the pointer along a line until a sample answers. */
async function hoverAlong(page: Page, y: number): Promise<string> {
  for (let x = 200; x < 700 && (await page.locator('.tooltip').count()) === 0; x += 10) {
    await page.mouse.move(x, y);
    await page.waitForTimeout(20);
  }
  return page.locator('.tooltip').innerText();
}

test('the map: drawn by WebGL, colored by everything that is known, moved, and answering the pointer', () =>
  withDigits(async (page) => {
    expect(await page.locator('.sizes').textContent()).toBe('20,000 samples · 784 features · 12 modules');
    expect(await page.locator('canvas[data-renderer="webgl"]').count()).toBe(1);
    await page.click('text=Names');
    await expectScreen(page.locator('.map-frame'), 'mnist-strongest');
    await color(page, 'module:7');
    expect(await legend(page)).toMatch(/Presence of M8/);
    await page.click('text=Localities');
    await expectScreen(page.locator('.map-frame'), 'mnist-presence-M8');
    await page.click('text=Localities');
    await color(page, 'trust');
    expect(await legend(page)).toMatch(/Trust at each sample/);
    await expectScreen(page.locator('.map-frame'), 'mnist-trust');
    await color(page, 'density');
    expect(await legend(page)).toMatch(/few.*many/s);
    await color(page, 'label');
    const shares = (await page.locator('.legend li').allInnerTexts()).map((text) => text.trim());
    expect(shares.length).toBe(10);
    for (const share of shares) {
      const [, digit, percent] = /^(\d)\s*\(?(\d+)%\)?$/.exec(share) ?? [];
      expect(Number(percent)).toBe(Math.round((100 * rowsOf(digit).length) / labels.length));
    }
    const found = await hoverAlong(page, 420);
    const row = Number(/row (\d+)/.exec(found)?.[1]);
    expect(found).toContain(`row ${row}\n${labels[row]}`);
    expect(await page.locator('.tooltip canvas').count()).toBe(1);
    await page.mouse.move(430, 430);
    await page.mouse.wheel(0, -600);
    await drag(page, [
      [400, 400],
      [480, 440],
    ]);
    expect(await addressOf(page)).toMatch(/color=label.*at=[\d.]+,/);
  }));

test('modules: pictures, pairs that open their raw values, presence, checks; the list keeps its place', () =>
  withDigits(async (page) => {
    const { explanation } = digits;
    expect(await page.locator('.card canvas.picture').count()).toBe(12);
    await page.selectOption('[aria-label="Order of the modules"]', 'samples');
    const most = [...explanation.descriptions].sort((a, b) => b.presentSamples - a.presentSamples)[0];
    expect(await page.locator('.card h3').first().innerText()).toContain(most.id);
    await page.fill('input[type=search] >> nth=-1', 'M8');
    await page.locator('.card-open').focus();
    await page.keyboard.press('Enter');
    const [module] = explanation.descriptions.filter(({ id }) => id === 'M8');
    await expectScreen(page.locator('.detail .picture'), 'mnist-picture-M8');
    const text = await panel(page);
    expect(text).toContain(`trust ${module.trust?.toFixed(2)}`);
    expect(text).toMatch(/adjusted p = 0\.\d+/);
    const drawn = await page.locator('.histogram rect title').allTextContents();
    const counted = drawn.reduce(
      (sum, title) => sum + Number(/([\d,]+) sample/.exec(title)?.[1].replace(',', '')),
      0,
    );
    const none = Number(/([\d,]+) samples have none/.exec(text)?.[1].replace(',', ''));
    expect(counted + none).toBe(explanation.rows);
    const present = /([\d,]+) samples have this module/.exec(text)?.[1];
    const [{ a, b }] = module.pairs;
    const name = (feature: number) => `row ${Math.floor(feature / 28)}, column ${feature % 28}`;
    await page.click(`text=${name(a)} · ${name(b)}`);
    expect(await page.locator('.region-title').innerText()).toBe(`Samples with M8`);
    expect(await panel(page)).toContain(`Correlation inside (${present} samples)`);
    expect(await addressOf(page)).toMatch(new RegExp(`region=module:M8.*pair=${a},${b}`));
    await page.click('#tab-modules');
    await page.click('text=All modules');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('M8');
  }));

test('two digits are compared, and a sample in the scatter is the sample on the map', () =>
  withDigits(
    async (page) => {
      await page.click('text=Keep, to compare');
      await page.fill('.search input', '1');
      await page.click('[role=option] >> text=/^1\\s*label$/');
      expect(await panel(page)).toMatch(/First: label 0\. Second: label 1\./);
      expect(await page.locator('.plot circle').count()).toBeGreaterThanOrEqual(10);
      const across = (await page.locator('.pair-choice select').nth(0).inputValue()) ?? '';
      const up = (await page.locator('.pair-choice select').nth(1).inputValue()) ?? '';
      const ones = rowsOf('1');
      const wanted = correlation(ones, Number(across), Number(up)).toFixed(2).replace('-', '\u2212');
      expect(await panel(page)).toContain(
        `Correlation inside (${ones.length.toLocaleString('en-US')} samples): ${wanted.startsWith('\u2212') ? '' : '+'}${wanted};`,
      );
      const plot = page.locator('.plot canvas');
      await plot.scrollIntoViewIfNeeded();
      const box = await plot.boundingBox();
      for (let x = 0.15; x < 0.98 && (await page.locator('.tooltip').count()) === 0; x += 0.02) {
        await page.mouse.move(
          (box?.x ?? 0) + x * (box?.width ?? 0),
          (box?.y ?? 0) + 0.1 * (box?.height ?? 0),
        );
        await page.waitForTimeout(30);
      }
      expect(await page.locator('.tooltip header').innerText()).toMatch(/^row \d+\n1$/);
      expect(await page.locator('.plot .ring').count()).toBe(1);
      await page.click('#tab-modules');
      expect(await page.locator('.selected-here').count()).toBeGreaterThanOrEqual(1);
      expect(await axeFindings(page)).toEqual([]);
    },
    { hash: '#region=label:0&panel=ask', theme: 'dark' },
  ));

test('a click, a rectangle and a lasso ask; a pixel is found by its place and colors the map', () =>
  withDigits(async (page) => {
    await hoverAlong(page, 420);
    const over = await page.locator('.tooltip strong').innerText();
    const ring = await page.locator('.tooltip').boundingBox();
    expect(ring).not.toBeNull();
    await page.mouse.down();
    await page.mouse.up();
    expect(await page.locator('.region-title').innerText()).toMatch(new RegExp(over, 'i'));
    expect(await page.locator('.region-title canvas').count()).toBe(1);
    await page.locator('.map-frame').focus();
    await page.keyboard.press('r');
    await drag(page, [
      [630, 480],
      [750, 640],
    ]);
    // the cluster of zeros; the drag begins on a name and is a drag all the same
    expect(await panel(page)).toMatch(/Rectangle of 2,0\d\d samples/);
    expect(await page.locator('#panel .block:last-child li').first().innerText()).toMatch(/^0\s*9\d%$/);
    await page.locator('.map-frame').focus();
    await page.keyboard.press('l');
    await drag(page, [
      [170, 110],
      [380, 110],
      [380, 280],
      [280, 280],
      [170, 250],
    ]);
    expect(await page.locator('#panel .block:last-child li').first().innerText()).toMatch(/^1\s*9\d%$/);
    await page.keyboard.press('Escape');
    await page.fill('.search input', 'row 14, column 14');
    await page.keyboard.press('Enter');
    expect(await legend(page)).toMatch(/^row 14, column 14/i);
    expect(await panel(page)).toMatch(/The map shows the values of this pixel/);
    await page.fill('.search input', 'row 19999');
    await page.keyboard.press('Enter');
    expect(await page.locator('.region-title').innerText()).toBe('Row 19999');
  }));

test('trust: the verdict in words, where the map is wrong, and its worst links', () =>
  withDigits(
    async (page) => {
      expect(await page.locator('.verdict li').count()).toBe(digits.explanation.trust?.verdict.length);
      await page.click('.choices >> text="Torn"');
      expect(await page.locator('.slider').innerText()).toMatch(/100 links, the worst of 2,000 kept/);
      await page.click('text=Names');
      await page.mouse.move(5, 5);
      await expectScreen(page.locator('.map-frame'), 'mnist-torn');
      expect(await axeFindings(page)).toEqual([]);
    },
    { hash: '#panel=trust' },
  ));

const VIEW = '#color=module:7&panel=ask&at=2.5,9000,30000&region=label:3';

test('what is kept: picture, table, ids, and a report that opens with the view', async () => {
  let report = '';
  await withDigits(
    async (page) => {
      expect(await addressOf(page)).toBe(VIEW);
      const png = PNG.sync.read(await kept(page, 'Picture (PNG)'));
      expect(png.data.filter((value, i) => i % 4 === 0 && value < 120).length).toBeGreaterThan(2000);
      await page.locator('.map-frame').focus();
      await page.keyboard.press('0');
      const svg = (await kept(page, 'Picture (SVG)')).toString();
      expect(svg.match(/<circle/g)?.length).toBeGreaterThanOrEqual(20_000);
      const table = (await kept(page, 'Table (CSV)')).toString().trimEnd().split('\n');
      expect(table.length).toBe(20_001);
      const threes = rowsOf('3');
      expect(table.filter((line) => line.endsWith(',3,1')).length).toBe(threes.length);
      const ids = (await kept(page, 'Selected ids')).toString().trimEnd().split('\n');
      expect(ids.map(Number)).toEqual(threes);
      report = (await kept(page, 'Report with this view')).toString('utf8');
    },
    { hash: VIEW },
  );
  await withDigits(
    async (page) => {
      expect(await legend(page)).toMatch(/Presence of M8/);
      expect(await page.locator('.region-title').innerText()).toBe('Label 3');
    },
    {},
    report,
  );
});

function correlation(rows: readonly number[], a: number, b: number): number {
  const mean = (feature: number) =>
    rows.reduce((sum, row) => sum + digits.pixel(row, feature), 0) / rows.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (x: number, y: number) =>
    rows.reduce(
      (sum, row) =>
        sum +
        (digits.pixel(row, x) - (x === a ? meanA : meanB)) *
          (digits.pixel(row, y) - (y === a ? meanA : meanB)),
      0,
    );
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}
