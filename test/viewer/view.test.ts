// What a person does with a report: trust, questions, search, and keeping what they see.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeExplanation } from 'whymap/io';
import { renderReport } from 'whymap/viewer';
import { temporaryFolder, whymap } from '../cli/run.js';
import { addressOf, kept } from '../report/report-page.js';
import { axeFindings, launch, type Opened, type OpenOptions, openReport, PATIENCE } from './browser.js';
import { expectScreen } from './screen.js';

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

const within = { timeout: PATIENCE };

/** Opens the report, does something, and sees that nothing was asked for and nothing went wrong. */
async function withReport(work: (page: Page) => Promise<void>, options: OpenOptions = {}, text = html) {
  const opened: Opened = await openReport(browser, text, options);
  await work(opened.page);
  expect(opened.requests).toEqual([]);
  expect(opened.errors).toEqual([]);
  await opened.page.close();
}

/** Pixels of a strong color. */
const strongIn = ({ data }: PNG) =>
  data.filter((value, i) => i % 4 === 0 && Math.abs(value - data[i + 2]) > 80).length;

test('trust: the verdict in words, colors at each sample, and the worst links on the map', within, () =>
  withReport(async (page) => {
    await page.click('#tab-trust');
    expect(await page.locator('.verdict li').count()).toBeGreaterThanOrEqual(3);
    expect(await page.locator('.panel').innerText()).toMatch(/May neighbors be read\?/);
    await page.click('.choices >> text="Trust"');
    expect(await page.locator('.legend').innerText()).toMatch(/Trust at each sample.*1 all kept/s);
    await page.click('.choices >> text="Torn"');
    expect(await page.locator('.slider').innerText()).toMatch(/100 links, the worst of \d+ kept/);
    await page.locator('.slider input').focus();
    await page.keyboard.press('Home');
    expect(await page.locator('.slider').innerText()).toMatch(/^1 link,/);
    await page.keyboard.press('End');
    await page.click('text=Names');
    await page.mouse.move(5, 5);
    await expectScreen(page.locator('.map-frame'), 'trust-torn');
  }),
);

test('structures of the map stand in the trust tab, each to be selected on the map', within, () => {
  const bytes = readFileSync(join(folder, 'demo/explanation.whymap'));
  const rows = Int32Array.of(3, 5, 8, 13);
  const structure = {
    summary: ['Structure: 2 structures on the map, 1 in the data.', 'Clusters by label: A: Gentoo 99%'],
    findings: [
      { kind: 'gap', name: 'gap A | B', answer: 'in the data', text: 'Gap A | B: few stand between.', rows },
      { kind: 'cluster', name: 'C', answer: 'made by the projection', text: 'C: torn from B.', rows },
    ],
  } as const;
  const text = renderReport({ ...decodeExplanation(new Uint8Array(bytes)), structure });
  return withReport(
    async (page) => {
      await page.click('#tab-trust');
      const block = page.locator('.block', { hasText: 'Is this structure in my data?' });
      expect(await block.innerText()).toMatch(
        /1 in the data\.\s+Clusters by label.*In the data: 1\s+Gap A \| B: few stand between\..*Made by the projection: 1\s+C: torn from B\./s,
      );
      await page.getByRole('button', { name: 'Select on the map: gap A | B' }).click();
      expect(await addressOf(page)).toMatch(/panel=trust&region=rows:3,5,8,13/);
      expect(await axeFindings(page)).toEqual([]);
    },
    {},
    text,
  );
});

test('two regions are compared: modules, a figure, and pairs that lead to their raw values', within, () =>
  withReport(
    async (page) => {
      expect(await page.locator('.region-title').innerText()).toBe('Gentoo');
      await page.click('text=Keep, to compare');
      await page.fill('.search input', 'chin');
      await page.keyboard.press('Enter');
      const panel = page.locator('.panel');
      expect(await panel.innerText()).toMatch(/First: Gentoo\. Second: Chinstrap\./);
      expect(await page.locator('.plot circle').count()).toBeGreaterThanOrEqual(4);
      await page.selectOption('.pair-choice select >> nth=0', { label: 'bill_length_mm' });
      await page.selectOption('.pair-choice select >> nth=1', { label: 'bill_depth_mm' });
      // the 68 penguins of that kind: 0.65 by NumPy; all others -0.29
      expect(await panel.innerText()).toMatch(
        /inside \(68 samples\): \+0\.65; everywhere else: \u22120\.\d\d/,
      );
      const canvas = page.locator('.plot canvas');
      const { data } = PNG.sync.read(await canvas.screenshot());
      expect(
        data.filter((value, i) => i % 4 === 0 && Math.abs(value - data[i + 2]) > 60).length,
      ).toBeGreaterThan(100);
      await page.click('#tab-modules');
      expect(await page.locator('.selected-here').count()).toBeGreaterThanOrEqual(1);
      const address = await addressOf(page);
      expect(address).toMatch(/region=label:Chinstrap/);
      expect(address).toMatch(/kept=label:Gentoo/);
      expect(address).toMatch(/pair=\d,\d/);
    },
    { hash: '#region=label:Gentoo&panel=ask' },
  ),
);

test('a sample in the scatter is the sample on the map', within, () =>
  withReport(
    async (page) => {
      const plot = page.locator('.plot canvas');
      await plot.scrollIntoViewIfNeeded();
      const box = await plot.boundingBox();
      if (!box) throw new Error('no plot');
      for (let x = 0.2; x < 0.9 && (await page.locator('.tooltip').count()) === 0; x += 0.03) {
        await page.mouse.move(box.x + x * box.width, box.y + 0.45 * box.height);
        await page.waitForTimeout(30);
      }
      expect(await page.locator('.tooltip').innerText()).toMatch(/penguin\d+.*Adelie.*Trust/s);
      expect(await page.locator('.plot .ring').count()).toBe(1);
    },
    { hash: '#region=label:Adelie&panel=ask' },
  ),
);

test('search by keys: a feature colors the map, an id selects its sample, nonsense says so', within, () =>
  withReport(async (page) => {
    const field = page.getByRole('combobox', { name: /Find a feature/ });
    await field.fill('flipper');
    expect(await field.getAttribute('aria-expanded')).toBe('true');
    const options = await page.getByRole('option').allInnerTexts();
    const steps = options.findIndex((text) => /feature$/.test(text));
    for (let i = 0; i < steps; i++) await page.keyboard.press('ArrowDown');
    const active = await field.getAttribute('aria-activedescendant');
    expect(await page.locator(`[id="${active}"]`).innerText()).toMatch(/flipper_length_mm\s*feature/);
    await page.keyboard.press('Enter');
    expect(await page.locator('.legend').innerText()).toMatch(/flipper_length_mm/);
    expect(await page.locator('.panel').innerText()).toMatch(/Modules it belongs to/);
    await field.fill('penguin17');
    await page.keyboard.press('Enter');
    expect(await page.locator('.region-title').innerText()).toMatch(/^Penguin17/);
    await field.fill('no such thing');
    expect(await page.locator('.found').innerText()).toMatch(/Nothing by that name/);
  }),
);

test('tabs are walked by arrow keys, and the map by its own', within, () =>
  withReport(async (page) => {
    await page.locator('#tab-modules').focus();
    const focused = () => page.evaluate(() => document.activeElement?.id);
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('tab-ask');
    expect(await page.locator('.panel').innerText()).toMatch(/Ask what makes a region/);
    await page.keyboard.press('End');
    expect(await focused()).toBe('tab-run');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('tab-modules');
    await page.locator('.map-frame').focus();
    for (const key of ['+', '+', 'ArrowLeft']) await page.keyboard.press(key);
    await page.waitForFunction(() => /at=1\.96,/.test(location.hash));
  }),
);

const VIEW = '#color=feature:1&panel=ask&at=2.5,4,5&region=label:Adelie&localities=1&theme=dark';

test('the address restores the view, and the saved report opens with it', within, async () => {
  const legend = /bill_depth_mm/;
  let report = '';
  await withReport(
    async (page) => {
      expect(await page.locator('.legend').innerText()).toMatch(legend);
      expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
      expect(await addressOf(page)).toBe(VIEW);
      await page.locator('.map-frame').focus();
      await page.keyboard.press('0');
      expect(await addressOf(page)).not.toMatch(/at=/);
      await page.goBack().catch(() => null);
    },
    { hash: VIEW },
  );
  await withReport(
    async (page) => {
      report = (await kept(page, 'Report with this view')).toString('utf8');
    },
    { hash: VIEW },
  );
  await withReport(
    async (page) => {
      expect(await page.locator('.legend').innerText()).toMatch(legend);
      expect(await page.locator('.region-title').innerText()).toBe('Adelie');
      expect(await addressOf(page)).toBe(VIEW);
    },
    {},
    report,
  );
});

test('pictures, the table and the ids that were selected', within, () =>
  withReport(
    async (page) => {
      const png = PNG.sync.read(await kept(page, 'Picture (PNG)'));
      const frame = await page.locator('.map-frame').boundingBox();
      // 180 mm at 300 dots per inch
      expect(png.width).toBe(2126);
      const ratio = png.width / Math.round(frame?.width ?? 1);
      expect(strongIn(png)).toBeGreaterThan(3000);
      const svg = (await kept(page, 'Picture (SVG)')).toString();
      expect(svg.match(/<circle/g)?.length).toBeGreaterThanOrEqual(342);
      expect(svg).toMatch(/Strongest module/);
      const alone = await page.context().newPage();
      await alone.setViewportSize({
        width: Math.round(png.width / ratio),
        height: Math.ceil(png.height / ratio),
      });
      await alone.setContent(`<body style="margin:0">${svg}</body>`);
      const drawn = PNG.sync.read(await alone.screenshot());
      expect(ratio ** 2 * strongIn(drawn)).toBeGreaterThan(0.8 * strongIn(png));
      expect(ratio ** 2 * strongIn(drawn)).toBeLessThan(1.2 * strongIn(png));
      await alone.close();
      const table = (await kept(page, 'Table (CSV)')).toString().trimEnd().split('\n');
      expect(table.length).toBe(343);
      expect(table[0]).toBe('sample,x,y,Strongest module,label,selected');
      expect(table.filter((line) => line.endsWith(',Chinstrap,1')).length).toBe(68);
      const ids = (await kept(page, 'Selected ids')).toString().trimEnd().split('\n');
      expect(ids.length).toBe(68);
      expect(ids.every((id) => /^penguin\d+$/.test(id))).toBe(true);
    },
    { hash: '#region=label:Chinstrap' },
  ),
);

test(
  'no serious finding of the accessibility checker where a region is compared, and in the menus',
  within,
  () =>
    withReport(
      async (page) => {
        expect(await axeFindings(page)).toEqual([]);
        await page.click('.save > button');
        expect(await axeFindings(page)).toEqual([]);
        await page.keyboard.press('Escape');
        expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/Save/);
        await page.click('#tab-trust');
        await page.fill('.search input', 'bill');
        expect(await axeFindings(page)).toEqual([]);
      },
      { hash: '#region=label:Gentoo&kept=label:Adelie&panel=ask&theme=dark' },
    ),
);
