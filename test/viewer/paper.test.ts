// What someone with a paper to write does: metadata colors, regions by words, higher and lower, groups, figures; and every
// width from a phone's to a wall's.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeExplanation } from 'whymap/io';
import { renderReport } from 'whymap/viewer';
import { temporaryFolder, whymap } from '../cli/run.js';
import { addressOf, drag, kept } from '../report/report-page.js';
import { launch, type OpenOptions, openReport, PATIENCE } from './browser.js';

const folder = temporaryFolder();
const within = { timeout: PATIENCE };
let browser: Browser;
let html: string;

/** The penguins, with a column of groups that some lack, and a column of numbers. */
beforeAll(async () => {
  browser = await launch({ webgl: false });
  expect((await whymap(folder, 'demo', '--data', 'penguins', '-o', 'demo', '--quiet')).code).toBe(0);
  const bytes = new Uint8Array(readFileSync(join(folder, 'demo/explanation.whymap')));
  const explanation = decodeExplanation(bytes);
  const rows = Array.from({ length: explanation.rows }, (_, row) => row);
  const metadata = [
    {
      name: 'island',
      kind: 'categorical' as const,
      levels: ['Biscoe', 'Dream', 'Torgersen'],
      codes: Int32Array.from(rows, (row) => (row % 10 === 0 ? -1 : row % 3)),
    },
    {
      name: 'weight',
      kind: 'numeric' as const,
      values: Float64Array.from(rows, (row) => (row % 20 === 0 ? Number.NaN : row)),
    },
  ];
  html = renderReport({ ...explanation, metadata }, { title: 'penguins' });
});

afterAll(() => browser?.close());

async function withPage(work: (page: Page) => Promise<void>, options: OpenOptions = {}) {
  const { page, requests, errors } = await openReport(browser, html, options);
  await work(page);
  expect({ requests, errors }).toEqual({ requests: [], errors: [] });
  await page.close();
}

test('any column colors the map; the missing are a gray class of their own that is counted', within, () =>
  withPage(async (page) => {
    const legend = page.locator('.legend');
    await page.selectOption('.top .choice select', 'column:island');
    expect(await legend.innerText()).toMatch(/island.*Biscoe.*Dream.*Torgersen.*no value\s*10%/s);
    expect(await addressOf(page)).toMatch(/color=column:island/);
    await page.selectOption('.top .choice select', 'column:weight');
    expect(await legend.innerText()).toMatch(/weight.*no value/s);
    const table = (await kept(page, 'Table (CSV)')).toString().trimEnd().split('\n');
    expect(table[0]).toBe('sample,x,y,weight,label,island,weight,selected');
    expect(table.filter((line) => /,Biscoe,/.test(line)).length).toBe(102);
  }),
);

test('the legend and the names on the map select; with Shift they add', within, () =>
  withPage(
    async (page) => {
      await page.click('.legend-entry:has-text("Dream")');
      expect(await page.locator('.region-title').innerText()).toBe('Island Dream');
      await page.click('.legend-entry:has-text("no value")', { modifiers: ['Shift'] });
      expect(await page.locator('.region-title').innerText()).toBe('Island Dream or samples without island');
      await page.selectOption('.top .choice select', 'label');
      await page.click('.name:has-text("Gentoo")');
      expect(await page.locator('.region-title').innerText()).toBe('Gentoo');
      expect(await page.locator('.panel').innerText()).toMatch(/Gentoo: 123 samples, 36% of all\./);
    },
    { hash: '#color=column:island' },
  ),
);

test('regions are combined by choosing and by text, named, and kept in the address', within, async () => {
  let address = '';
  await withPage(async (page) => {
    await page.click('#tab-ask');
    await page.selectOption('.region-builder select >> nth=1', { label: 'Gentoo' });
    await page.click('.region-builder >> text=Select');
    await page.selectOption('.region-builder select >> nth=0', { label: 'island' });
    await page.selectOption('.region-builder select >> nth=1', { label: 'Dream' });
    await page.click('text=And these');
    expect(await page.locator('.region-title').innerText()).toBe('Gentoo and island Dream');
    expect(await page.locator('.legend-entry[aria-pressed="true"]').count()).toBe(0);
    await page.click('text=As text, with a name');
    await page.fill('input[aria-label="Name of this region"]', 'mine');
    await page.click('text=Name it');
    await page.click('text=As text, with a name');
    await page.fill('input[aria-label="Region as text"]', '!@mine & weight:>=300');
    await page.press('input[aria-label="Region as text"]', 'Enter');
    expect(await page.locator('.panel').innerText()).toMatch(/weight >=300: \d+ samples/);
    await page.click('text=As text, with a name');
    await page.fill('input[aria-label="Region as text"]', 'island:Atlantis');
    await page.press('input[aria-label="Region as text"]', 'Enter');
    expect(await page.locator('.note.bad').innerText()).toMatch(/Atlantis.*Biscoe, Dream, Torgersen/);
    address = await addressOf(page);
    expect(address).toMatch(/named=/);
  });
  await withPage(
    async (page) => {
      expect(await page.locator('.panel').innerText()).toMatch(/weight >=300: \d+ samples/);
    },
    { hash: address },
  );
});

test('higher and lower: features in order, with modules, by replicates; a feature opens', within, () =>
  withPage(
    async (page) => {
      const panel = page.locator('.panel');
      expect(await panel.innerText()).toMatch(
        /features? (is|are) higher in Gentoo \(123 samples\) than in all others/,
      );
      const rows = await page.locator('.markers tbody tr').allInnerTexts();
      expect(rows.length).toBe(4);
      expect(rows.find((row) => row.startsWith('flipper_length_mm'))).toMatch(
        /\+2\d\.\d\d\s+[01]\.\d\d\s+\d+%.*1e-\d+\s/,
      );
      await page.selectOption(
        '.panel .choice select:has(option:has-text("samples are the units"))',
        'island',
      );
      expect(await page.locator('.markers thead').first().innerText()).toMatch(/p by replicate/i);
      expect(await panel.innerText()).toMatch(
        /By replicate \(3 replicates against 3, the same on both sides/,
      );
      await page.click('.markers >> text=flipper_length_mm');
      expect(await page.locator('.legend').innerText()).toMatch(/flipper_length_mm/);
    },
    { hash: '#region=label:Gentoo&panel=ask' },
  ),
);

test('groups: violins, dots and histograms, split by another column, saved as SVG, PNG and PDF', within, () =>
  withPage(
    async (page) => {
      const chart = page.locator('.saved-figure > svg');
      expect(await chart.getAttribute('aria-label')).toMatch(
        /flipper_length_mm by species: .*Gentoo: 123 samples/,
      );
      expect(await page.locator('.saved-figure path').count()).toBe(3);
      await page.selectOption('.fields select >> nth=2', { label: 'island' });
      expect(await page.locator('.saved-figure path').count()).toBe(9);
      const file = async (format: string) => {
        const [saved] = await Promise.all([
          page.waitForEvent('download'),
          page.click(`.saved-figure >> text="${format}"`),
        ]);
        return readFileSync(await saved.path());
      };
      await page.click('text=Save this figure');
      await page.fill('.saved-figure input >> nth=0', '100');
      const svg = (await file('SVG')).toString();
      expect(svg).toMatch(/^<svg[^>]*width="460"/);
      expect(svg).not.toMatch(/class=|var\(/);
      const png = await file('PNG');
      expect(PNG.sync.read(png).width).toBe(Math.round((100 / 25.4) * 300));
      expect(png.subarray(37, 41).toString()).toBe('pHYs');
      const pdf = await file('PDF');
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      expect(pdf.toString('latin1')).toMatch(/MediaBox \[0 0 283\.\d+ /);
      await page.click('text=Dots');
      expect(await page.locator('.saved-figure .dot:not(.key)').count()).toBe(9);
      await page.click('text=Histograms');
      expect(await page.locator('.saved-figure rect').count()).toBeGreaterThan(100);
    },
    { hash: '#panel=groups&color=feature:2' },
  ),
);

test('the map is saved as PNG of a size in print, and as PDF with letters', within, () =>
  withPage(async (page) => {
    await page.click('.save > button');
    await page.fill('.menu input >> nth=0', '90');
    await page.fill('.menu input >> nth=1', '150');
    await page.click('.save > button');
    expect(PNG.sync.read(await kept(page, 'Picture (PNG)')).width).toBe(Math.round((90 / 25.4) * 150));
    const pdf = (await kept(page, 'Picture (PDF)')).toString('latin1');
    expect(pdf).toMatch(/^%PDF-/);
    // points, names and legend, and no picture of an empty layer over them
    expect(pdf.length).toBeGreaterThan(5_000);
    expect(pdf.length).toBeLessThan(200_000);
  }),
);

test(
  'figures hold their letters: a halo lies behind its text, and no shift or baseline is left to the program',
  within,
  () =>
    withPage(async (page) => {
      const svg = (await kept(page, 'Picture (SVG)')).toString();
      expect(svg).not.toMatch(/paint-order|dominant-baseline/);
      const texts = [...svg.matchAll(/<text ([^>]*)>([^<]*)</g)].map(([, attributes, text]) => ({
        attributes,
        text,
      }));
      const halo = texts.findIndex(({ attributes }) => /stroke-width/.test(attributes));
      expect(halo).toBeGreaterThanOrEqual(0);
      expect(texts[halo + 1].text).toBe(texts[halo].text);
      expect(texts[halo + 1].attributes).not.toMatch(/stroke/);
      await page.click('#tab-groups');
      await page.click('text=Save this figure');
      const [saved] = await Promise.all([
        page.waitForEvent('download'),
        page.click('.saved-figure >> text="SVG"'),
      ]);
      const chart = readFileSync(await saved.path()).toString();
      const written = chart.match(/<text [^>]*>/g) ?? [];
      expect(written.length).toBeGreaterThan(5);
      expect(written.filter((text) => / dy=|paint-order|dominant-baseline/.test(text))).toEqual([]);
      expect(chart.includes(' dy=')).toBe(false);
      expect(chart.includes('>presence of M1 ')).toBe(true);
      expect(/<rect[^>]*fill="#fff/.test(chart)).toBe(true);
    }),
);

test('scores color the map around zero, and are compared between groups', within, () =>
  withPage(async (page) => {
    await page.selectOption('.top .choice select', 'score:0');
    const legend = await page.locator('.legend').innerText();
    const [low, high] = [legend.match(/\u2212(\d\.\d\d) low/), legend.match(/\+(\d\.\d\d) high/)];
    expect(low?.[1]).toBe(high?.[1]);
    expect(await addressOf(page)).toMatch(/color=score:0/);
    const table = (await kept(page, 'Table (CSV)')).toString().trimEnd().split('\n');
    expect(table[0]).toMatch(/^sample,x,y,"?Score of M1 /);
    await page.click('#tab-groups');
    expect(await page.locator('.saved-figure > svg').getAttribute('aria-label')).toMatch(
      /^score of M1 .* by species: .*Gentoo: 123 samples/,
    );
  }),
);

test(
  'gene sets of a file name the modules; how many were tested is said, and a file that holds none is refused in words',
  within,
  () =>
    withPage(async (page) => {
      const choose = (text: string) =>
        page
          .locator('.gene-sets input')
          .setInputFiles({ name: 'sets.gmt', mimeType: 'text/plain', buffer: Buffer.from(text) });
      await choose('BEAK\t-\tBILL_LENGTH_MM\tbill_depth_mm\tflipper_length_mm\nOTHER\t-\tx\ty\tz\n');
      await expect
        .poll(() => page.locator('.gene-sets').innerText())
        .toMatch(
          /Gene sets: 1 of 2 tested, 1 skipped .*; 3 of their 6 genes are features\. They name 0 of 3 modules\./,
        );
      await choose('no tabs here');
      await expect
        .poll(() => page.locator('.gene-sets [role=alert]').innerText())
        .toMatch(/without a name or genes/);
    }),
);

test('labels and exact names come first in the search', within, () =>
  withPage(async (page) => {
    const first = async (text: string) => {
      await page.fill('.search input', text);
      return (await page.getByRole('option').allInnerTexts())[0].replace(/\s+/g, ' ');
    };
    expect(await first('b')).toMatch(/^Biscoe island/);
    expect(await first('body_mass_g')).toBe('body_mass_g feature');
    expect(await first('gentoo')).toBe('Gentoo species');
  }),
);

test('an empty lasso says so, and leaves the selection', within, () =>
  withPage(
    async (page) => {
      const box = await page.locator('.map-frame').boundingBox();
      if (!box) throw new Error('no map');
      await page.locator('.map-frame').focus();
      await page.keyboard.press('l');
      const [x, y] = [box.x + box.width - 60, box.y + 20];
      await drag(page, [
        [x, y],
        [x + 40, y],
        [x + 40, y + 30],
        [x, y + 30],
        [x, y],
      ]);
      expect(await page.locator('.over-map').innerText()).toMatch(/No sample lies inside this lasso/);
      expect(await page.locator('.region-title').innerText()).toBe('Adelie');
    },
    { hash: '#region=label:Adelie&panel=ask' },
  ),
);
