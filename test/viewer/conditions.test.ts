// A comparison of two conditions beside its explanation: in the report of `whymap compare`, and opened in a page.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { explainCohort, SIDES } from '../cli/cohort.js';
import { temporaryFolder, whymap } from '../cli/run.js';
import { addressOf, kept } from '../report/report-page.js';
import { axeFindings, launch, openReport, PATIENCE } from './browser.js';

const folder = temporaryFolder();
const within = { timeout: PATIENCE };
let browser: Browser;
let terminal: string;

beforeAll(async () => {
  browser = await launch({ webgl: false });
  await explainCohort(folder);
  const args = [
    '--features',
    'features.csv',
    ...SIDES,
    '--replicate',
    'donor',
    '--in',
    'type',
    '-o',
    'found',
  ];
  terminal = (await whymap(folder, 'compare', 'out', ...args, '--quiet')).out;
}, PATIENCE);
afterAll(() => browser?.close());

const read = (name: string) => readFileSync(join(folder, name), 'utf8');

test(
  'the report opens with the verdicts; a row shows its replicates, and the map where it differs',
  within,
  async () => {
    const { page, requests, errors } = await openReport(browser, read('found/report.html'));
    expect(await page.locator('[role=tab][aria-selected=true]').innerText()).toBe('Conditions');
    // findings fold by stratum, the first is open
    const strata = page.locator('.stratum');
    expect(await page.locator('.stratum[open]').count()).toBe(1);
    for (const summary of await strata.locator('summary').all()) {
      if ((await summary.locator('xpath=..').getAttribute('open')) === null) await summary.click();
    }
    const said = (await page.locator('.panel').innerText()).replace(/\s+/g, ' ');
    const lines = terminal.split('\n').map((line) => line.replace(/^[\s-]+/, '').trim());
    for (const line of lines.slice(
      0,
      lines.findIndex((each) => each.startsWith('Report:')),
    )) {
      expect(said).toContain(line);
    }
    expect(await page.locator('.figures tbody tr').first().innerText()).toMatch(
      /^M\d \(f\d.*gained.*4 : 4$/s,
    );
    await page.click('.figures tbody .link >> nth=0');
    expect(await page.locator('.saved-figure circle').count()).toBe(8);
    expect(await page.locator('.legend').innerText()).toMatch(
      /Presence of M\d .*: case less control.*more in case/s,
    );
    const address = await addressOf(page);
    expect(address).toMatch(/color=difference:\d+/);
    const table = (await kept(page, 'Table (CSV)')).toString().trimEnd().split('\n');
    const values = table
      .slice(1)
      .flatMap((line) => (line.split(',')[3] === '' ? [] : [Number(line.split(',')[3])]));
    expect(values.length).toBeGreaterThan(100);
    expect(Math.max(...values)).toBeGreaterThan(0.1);
    expect(await axeFindings(page)).toEqual([]);
    expect({ requests, errors }).toEqual({ requests: [], errors: [] });
    await page.close();
    const again = await openReport(browser, read('found/report.html'), { hash: address });
    expect(await again.page.locator('.legend').innerText()).toMatch(/case less control/);
    await again.page.close();
  },
);

test(
  'a comparison is opened in the page of its explanation; another one, and no comparison, are refused in words',
  within,
  async () => {
    const { page } = await openReport(browser, read('out/report.html'), { hash: '#panel=groups' });
    expect(await page.locator('#tab-conditions').count()).toBe(0);
    const choose = (name: string) => page.setInputFiles('.panel input[type=file]', join(folder, name));
    await choose('meta.csv');
    expect(await page.locator('.note.bad').innerText()).toMatch(/no comparison: choose the comparison\.json/);
    const comparison = JSON.parse(read('found/comparison.json'));
    const rows = comparison.rows.map((row: object) => ({ ...row, presenceDifferences: [0, 1] }));
    writeFileSync(join(folder, 'other.json'), JSON.stringify({ ...comparison, rows }));
    await choose('other.json');
    await page.waitForSelector('.note.bad:has-text("another explanation")');
    await choose('found/comparison.json');
    await page.waitForSelector('#tab-conditions[aria-selected=true]');
    expect(await page.locator('.panel').innerText()).toContain('case against control');
    await page.close();
  },
);
