/** A report of a cohort, as the walks through it use it: regions by their texts, and what the page counts. */
import type { Page } from 'playwright-core';
import { type Cohort, levelsOf, type Made } from './cohorts.js';

export interface At {
  readonly page: Page;
  readonly cohort: Cohort;
  readonly made: Made;
  /** The lines that `whymap query` prints. */
  query(...args: string[]): Promise<string[]>;
  /** Keeps an exported file, to be looked at. */
  keep(name: string, bytes: Buffer): void;
}

export type Walk = (at: At) => Promise<void>;

const TEXT = 'input[aria-label="Region as text"]';

/** Whether each sample has the level. */
export function holding({ made }: At, column: string, level: string): boolean[] {
  return levelsOf(made, column).map((each) => each === level);
}

export const amount = (samples: readonly boolean[]): number => samples.filter(Boolean).length;

/** The number of samples in the first sentence of the answer. */
export async function countedSamples({ page }: At): Promise<number> {
  const lead = await page.locator('.panel .lead').innerText();
  return Number(/: ([\d,]+) samples?, /.exec(lead)?.[1].replaceAll(',', ''));
}

/** Selects a region by its text, and gives how many samples the page counts. */
export async function selectText(at: At, text: string): Promise<number> {
  const { page } = at;
  await page.click('#tab-ask');
  if (!(await page.locator(TEXT).isVisible())) await page.click('text=As text, with a name');
  await page.fill(TEXT, text);
  await page.press(TEXT, 'Enter');
  return countedSamples(at);
}

/** The part of a cohort, and what it is compared with, as texts of regions and as samples. */
export function regionsOf(at: At) {
  const { part, sides } = at.cohort;
  const isPart = holding(at, part.column, part.level);
  const inPart = `${part.column}:"${part.level}"`;
  const inOther = `${part.column}:"${part.other}"`;
  return {
    inPart,
    first: sides ? `${sides.column}:${sides.case} & ${inPart}` : inPart,
    second: sides ? `${sides.column}:${sides.control} & ${inPart}` : inOther,
    other: sides ? `${sides.column}:${sides.case}` : inOther,
    isSecond: holding(at, sides?.column ?? part.column, sides?.control ?? part.other).map(
      (is, row) => is && (sides === null || isPart[row]),
    ),
    isPart,
    isOther: sides ? holding(at, sides.column, sides.case) : holding(at, part.column, part.other),
  };
}

/** Selects the first region beside the second, which is kept. */
export async function compareTwo(at: At): Promise<void> {
  const { first, second } = regionsOf(at);
  await selectText(at, second);
  await at.page.click('text=Keep, to compare');
  await selectText(at, first);
}
