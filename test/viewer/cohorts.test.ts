// What someone with a paper to write does, on whole cohorts: pictures, a made cohort, and real studies where COHORTS names a folder
// with their files (`COHORTS=FOLDER npx vitest run test/viewer/cohorts.test.ts`). Figures on the page are held against the
// library's, sentences against the terminal's. FIGURES=FOLDER keeps what is exported, to be looked at.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, whymap } from '../cli/run.js';
import { launch, openReport, PATIENCE } from './browser.js';
import type { Walk } from './cohort-page.js';
import { WALKS } from './cohort-walks.js';
import { type Cohort, here, type Made, madeIn } from './cohorts.js';

const within = { timeout: PATIENCE };
const root = temporaryFolder();
let browser: Browser;
beforeAll(async () => {
  browser = await launch({ webgl: false });
});
afterAll(() => browser?.close());

/** Keeps an exported file where a person wants to look at it. */
function keepFigure(name: string, bytes: Buffer): void {
  const { FIGURES } = process.env;
  if (!FIGURES) return;
  mkdirSync(FIGURES, { recursive: true });
  writeFileSync(join(FIGURES, name), bytes);
}

/** Walks in a fresh page, which may ask for nothing and complain of nothing. */
async function walked(cohort: Cohort, made: Made, walk: Walk): Promise<void> {
  const { page, requests, errors } = await openReport(browser, made.html);
  const query = async (...args: string[]) => {
    const { code, out, err } = await whymap(made.folder, 'query', 'out', ...args, '--quiet');
    expect(code, err).toBe(0);
    return out.trimEnd().split('\n');
  };
  const keep = (name: string, bytes: Buffer) =>
    keepFigure(`${cohort.name.replaceAll(' ', '-')}-${name}`, bytes);
  await walk({ page, cohort, made, query, keep });
  expect({ requests, errors }).toEqual({ requests: [], errors: [] });
  await page.close();
}

describe.each(here)('$name', (cohort) => {
  const folder = join(root, cohort.name.replaceAll(' ', '-'));
  let made: Made;
  beforeAll(async () => {
    mkdirSync(folder);
    made = await madeIn(folder, cohort);
  }, PATIENCE);

  for (const [name, walk] of Object.entries(WALKS)) test(name, within, () => walked(cohort, made, walk));
});
