// No serious finding of the accessibility checker on any tab, in any state of a panel, light and dark, wide and narrow.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { explainCohort, SIDES } from '../cli/cohort.js';
import { temporaryFolder, whymap } from '../cli/run.js';
import { axeFindings, launch, openReport, PATIENCE } from './browser.js';

const folder = temporaryFolder();
const within = { timeout: PATIENCE };
let browser: Browser;
let html: string;

/** The report of a comparison: it has every tab, and evidence of every kind. */
beforeAll(async () => {
  browser = await launch({ webgl: false });
  await explainCohort(folder, ['--refits', '1']);
  const args = ['--features', 'features.csv', ...SIDES, '--replicate', 'donor', '--in', 'type'];
  expect((await whymap(folder, 'compare', 'out', ...args, '-o', 'found', '--quiet')).code).toBe(0);
  html = readFileSync(join(folder, 'found/report.html'), 'utf8');
}, PATIENCE);
afterAll(() => browser?.close());

const TEXT = 'input[aria-label="Region as text"]';

/** Writes a region as text, of which the answer is shown, or why it is none. */
async function write(page: Page, text: string): Promise<void> {
  if (!(await page.locator(TEXT).isVisible())) await page.click('text=As text, with a name');
  await page.fill(TEXT, text);
  await page.press(TEXT, 'Enter');
}

const openAll = (page: Page) =>
  page.evaluate(() => {
    for (const each of document.querySelectorAll('details')) each.open = true;
  });

/** States of the page, each from the one before it. */
const STATES: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  'conditions, with all strata': openAll,
  'every module compared': (page) => page.click('label:has-text("only what differs")'),
  'a comparison and its replicates': (page) => page.click('.compared tbody .link >> nth=0'),
  'its figure, to save': openAll,
  'the list of modules': (page) => page.click('#tab-modules'),
  'what to know': openAll,
  'no module matches': (page) => page.fill('.module-filter input[type=search]', 'no such module'),
  'modules in groups': async (page) => {
    await page.fill('.module-filter input[type=search]', '');
    await page.locator('.group-choice input').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
  },
  'a group, its modules and its colors': async (page) => {
    await page.click('.group-open >> nth=0');
    await openAll(page);
  },
  'each module by itself': async (page) => {
    await page.locator('.group-choice input').focus();
    await page.keyboard.press('End');
  },
  'gene sets that are none': (page) =>
    page
      .locator('.gene-sets input')
      .setInputFiles({ name: 'x.gmt', mimeType: 'text/plain', buffer: Buffer.from('no tabs here') }),
  'a module, its features as a matrix': (page) => page.click('.card-open >> nth=0'),
  'its features as a graph': (page) => page.click('text="Graph"'),
  'nothing selected': (page) => page.click('#tab-ask'),
  'a region that is none': (page) => write(page, 'type:nothing'),
  'a region, its markers and who they are': (page) => write(page, 'type:"type 0" & condition:case'),
  'markers by replicate': async (page) => {
    await page.selectOption('label.choice:has-text("Replicates by") select', 'donor');
    await openAll(page);
  },
  'two regions beside each other': async (page) => {
    await page.click('text=Keep, to compare');
    await write(page, 'type:"type 0" & condition:control');
  },
  'a sample': async (page) => {
    await page.locator('.map-frame').focus();
    await page.keyboard.press('Enter');
  },
  'a search': (page) => page.fill('.search input', 'f1'),
  'nothing found': (page) => page.fill('.search input', 'no such name'),
  'a feature': async (page) => {
    await page.fill('.search input', 'f1');
    await page.keyboard.press('Enter');
  },
  violins: async (page) => {
    await page.click('#tab-groups');
    await page.selectOption('.fields select >> nth=2', { label: 'condition' });
    await openAll(page);
  },
  dots: (page) => page.click('.switch >> text="Dots"'),
  histograms: (page) => page.click('.switch >> text="Histograms"'),
  'a comparison that is none': (page) =>
    page.setInputFiles('.panel input[type=file]', {
      name: 'x.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{}'),
    }),
  trust: (page) => page.click('#tab-trust'),
  'torn links': (page) => page.click('.choices >> text="Torn"'),
  'the run': (page) => page.click('#tab-run'),
  'the menu of things to keep': (page) => page.click('.save > button'),
  'a column of groups on the map, with localities': async (page) => {
    await page.keyboard.press('Escape');
    await page.selectOption('.top .choice select', { label: 'condition' });
    await page.click('.toolbar >> text=Localities');
  },
};

for (const theme of ['light', 'dark'] as const) {
  test(`every state of every panel, ${theme}`, within, async () => {
    const { page, requests, errors } = await openReport(browser, html, { theme });
    const found: Record<string, string[]> = {};
    for (const [name, enter] of Object.entries(STATES)) {
      await enter(page);
      found[name] = await axeFindings(page);
    }
    expect(found).toEqual(Object.fromEntries(Object.keys(STATES).map((name) => [name, []])));
    expect({ requests, errors }).toEqual({ requests: [], errors: [] });
    await page.close();
  });

  test(`every tab on a phone, ${theme}`, within, async () => {
    const { page } = await openReport(browser, html, { theme, width: 390, height: 844, touch: true });
    for (const tab of ['modules', 'ask', 'groups', 'conditions', 'trust', 'run']) {
      await page.click(`#tab-${tab}`);
      await openAll(page);
      expect({ tab, found: await axeFindings(page) }).toEqual({ tab, found: [] });
    }
    await page.close();
  });
}
