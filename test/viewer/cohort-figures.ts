/** The map and every figure of a report as SVG, PNG and PDF. */
import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { expect } from 'vitest';
import { kept } from '../report/report-page.js';
import { type At, compareTwo } from './cohort-page.js';

/** The file that a button of the figure gives. */
async function figureFile({ page }: At, format: 'SVG' | 'PNG' | 'PDF'): Promise<Buffer> {
  const figure = page.locator('.saved-figure').first();
  const button = figure.locator(`button:text-is("${format}")`);
  if (!(await button.isVisible())) await figure.locator('summary', { hasText: 'Save this figure' }).click();
  const [saved] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return readFileSync(await saved.path());
}

/** Checks a figure in three formats: texts and shapes in the SVG, ink in the PNG, a page with letters in the PDF. */
function checkFigure(at: At, name: string, svg: Buffer, png: Buffer, pdf: Buffer): void {
  at.keep(`${name}.svg`, svg);
  at.keep(`${name}.png`, png);
  at.keep(`${name}.pdf`, pdf);
  expect(svg.toString()).toMatch(/^<svg[\s\S]*<text/);
  expect(svg.toString()).not.toMatch(/class="|var\(|NaN|undefined/);
  const { data, width } = PNG.sync.read(png);
  expect(width).toBeGreaterThan(300);
  const ink = data.filter((value, i) => i % 4 < 3 && value < 200).length / (0.75 * data.length);
  expect(ink).toBeGreaterThan(0.002);
  expect(pdf.toString('latin1')).toMatch(/^%PDF-[\s\S]*MediaBox/);
  expect(pdf.length).toBeGreaterThan(1500);
  expect(pdf.length).toBeLessThan(1e6);
}

const FIGURES: Readonly<Record<string, (at: At) => Promise<unknown>>> = {
  async violins({ page, cohort }) {
    await page.click('#tab-groups');
    await page.selectOption('.fields select >> nth=1', { label: cohort.part.column });
    if (cohort.sides) await page.selectOption('.fields select >> nth=2', { label: cohort.sides.column });
  },
  dots: ({ page }) => page.click('.switch >> text="Dots"'),
  histograms: ({ page }) => page.click('.switch >> text="Histograms"'),
  async replicates({ page, cohort }) {
    if (!cohort.sides) return;
    await page.click('#tab-conditions');
    const every = page.locator('label:has-text("only what differs") input');
    if (await every.isChecked()) await every.click();
    await page.click('.compared tbody .link >> nth=0');
  },
  async compared(at) {
    await compareTwo(at);
  },
  async matrix({ page, made }) {
    if (made.explanation.image) return;
    await page.click('#tab-modules');
    await page.click('.card-open >> nth=0');
  },
  graph: ({ page, made }) => (made.explanation.image ? Promise.resolve() : page.click('text="Graph"')),
};

export async function savesFigures(at: At): Promise<void> {
  checkFigure(
    at,
    'map',
    await kept(at.page, 'Picture (SVG)'),
    await kept(at.page, 'Picture (PNG)'),
    await kept(at.page, 'Picture (PDF)'),
  );
  for (const [name, show] of Object.entries(FIGURES)) {
    await show(at);
    checkFigure(
      at,
      name,
      await figureFile(at, 'SVG'),
      await figureFile(at, 'PNG'),
      await figureFile(at, 'PDF'),
    );
  }
}
