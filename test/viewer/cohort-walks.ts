/** The twelve things that someone with a paper to write does with a report, each on any cohort. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { columnsOfSamples, shownName, words } from 'whymap/lava';
import { addressOf, drag, kept } from '../report/report-page.js';
import { savesFigures } from './cohort-figures.js';
import {
  type At,
  amount,
  compareTwo,
  countedSamples,
  holding,
  regionsOf,
  selectText,
  type Walk,
} from './cohort-page.js';
import { levelsOf, type Made } from './cohorts.js';

const COLOR = '.top .choice select';

async function colorsByColumns({ page, made }: At): Promise<void> {
  const columns = columnsOfSamples(made.explanation);
  expect(columns.length).toBeGreaterThan(0);
  for (const [at, column] of columns.entries()) {
    await page.selectOption(COLOR, at === 0 && made.explanation.labels ? 'label' : `column:${column.name}`);
    if (column.kind === 'numeric') continue;
    const entries = await page.locator('.legend-entry').allInnerTexts();
    expect(entries.length).toBe(Math.min(18, new Set(column.codes).size));
    for (const entry of entries) {
      const [, level, share] = /^(.*?)\s*([\d.]+%)$/s.exec(entry.trim()) ?? [];
      const samples = levelsOf(made, column.name).filter((each) => (each ?? 'no value') === level).length;
      expect({ level, share }).toEqual({ level, share: words.percent(samples / made.explanation.rows) });
    }
  }
}

async function selectsByNames(at: At): Promise<void> {
  const { page, cohort } = at;
  const { column, level, other } = cohort.part;
  await page.selectOption(COLOR, { label: column });
  const name = page.locator('.names .name').first();
  const text = await name.innerText();
  await name.click();
  expect(await countedSamples(at)).toBe(amount(holding(at, column, text)));
  const rest = [level, other].filter((each) => each !== text);
  await page.click(`.legend-entry:has(span:text-is("${rest[0]}"))`);
  expect(await countedSamples(at)).toBe(amount(holding(at, column, rest[0])));
  const more = rest[1] ?? text;
  await page.click(`.legend-entry:has(span:text-is("${more}"))`, { modifiers: ['Shift'] });
  const both = [rest[0], more].map((each) => amount(holding(at, column, each)));
  expect(await countedSamples(at)).toBe(both[0] + both[1]);
}

async function combinesRegions(at: At): Promise<void> {
  const { page, query } = at;
  const { inPart, other, isPart, isOther } = regionsOf(at);
  const either = isPart.map((is, row) => is || isOther[row]);
  expect(await selectText(at, `${inPart} | ${other}`)).toBe(amount(either));
  expect(await selectText(at, `!(${inPart} | ${other})`)).toBe(either.length - amount(either));
  const without = `${inPart} & !${other}`;
  expect(await selectText(at, without)).toBe(amount(isPart.map((is, row) => is && !isOther[row])));
  const said = await page.locator('.panel .sentences').first().locator('li').allInnerTexts();
  const [, ...printed] = await query('--region', without);
  expect(said.map((line) => line.trim())).toEqual(printed);
}

async function namesRegions(at: At): Promise<void> {
  const { page, made } = at;
  const { inPart, isPart } = regionsOf(at);
  await selectText(at, inPart);
  await page.click('text=As text, with a name');
  await page.fill('input[aria-label="Name of this region"]', 'mine');
  await page.click('text=Name it');
  expect(await countedSamples(at)).toBe(amount(isPart));
  expect(await selectText(at, '!@mine')).toBe(made.explanation.rows - amount(isPart));
  const address = await addressOf(page);
  expect(address).toMatch(/named=/);
  await page.goto('about:blank');
  await page.goBack();
  await page.waitForSelector('html[data-ready="true"]');
  expect(await addressOf(page)).toBe(address);
  expect(await countedSamples(at)).toBe(made.explanation.rows - amount(isPart));
}

async function ranksMarkers(at: At): Promise<void> {
  const { page, cohort, made, query } = at;
  const { first, second } = regionsOf(at);
  const asked = ['--region', first, '--and', second, '--features', cohort.features, '--markers'];
  const lines = await query(...asked, '--format', 'csv');
  const { image, featureNames } = made.explanation;
  const shownAs = (name: string) => {
    const at = featureNames.indexOf(name);
    return image ? `row ${Math.floor(at / image.width)}, column ${at % image.width}` : shownName(name);
  };
  const table = new Map(lines.slice(1).map((line) => [shownAs(line.split(',')[0]), line.split(',')]));
  await compareTwo(at);
  const rank = page.locator('text=/^Rank the/');
  if (await rank.isVisible()) await rank.click();
  const shown = await page
    .locator('.markers tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) => [...row.children].map((cell) => (cell.textContent ?? '').trim())),
    );
  expect(shown.length).toBeGreaterThan(3);
  for (const [name, difference, auc, above, p] of shown) {
    const [, mean, fold, area, , adjusted, inside, outside] = table.get(name) ?? [];
    expect({ name, difference, auc, above, p }).toEqual({
      name,
      difference: words.signed(Number(fold === '' ? mean : fold)),
      auc: words.decimal(Number(area)),
      above: `${words.percent(Number(inside))} / ${words.percent(Number(outside))}`,
      p: words.pValue(Number(adjusted)),
    });
  }
}

async function showsGroups(at: At): Promise<void> {
  const { page, cohort, made } = at;
  const { part, sides } = cohort;
  await page.click('#tab-groups');
  await page.selectOption('.fields select >> nth=0', 'score:0');
  await page.selectOption('.fields select >> nth=1', { label: part.column });
  if (sides) await page.selectOption('.fields select >> nth=2', { label: sides.column });
  const label = (await page.locator('.saved-figure > svg').getAttribute('aria-label')) ?? '';
  const said = [...label.matchAll(/(?:: |; )(.*?): ([\d,]+) samples?, median \S+, mean ([^\s;]+)/g)];
  const levels = levelsOf(made, part.column);
  const splits = sides ? levelsOf(made, sides.column) : null;
  const { data, columns } = scoresOf(made);
  expect(said.length).toBe(new Set(levels.map((level, row) => `${level} ${splits?.[row]}`)).size);
  for (const [, group, samples, mean] of said) {
    const rows = [...levels.keys()].filter((row) => [levels[row], splits?.[row]].join(' ').trim() === group);
    const sum = rows.reduce((total, row) => total + data[row * columns], 0);
    const expected = { group, samples: words.count(rows.length), mean: words.decimal(sum / rows.length) };
    expect({ group, samples, mean }).toEqual(expected);
  }
  await page.click('.switch >> text="Dots"');
  const dots = await page.locator('.saved-figure .dot:not(.key)').count();
  expect(dots).toBeGreaterThan(0);
  expect(dots % said.length).toBe(0);
  await page.click('.switch >> text="Histograms"');
  expect(await page.locator('.saved-figure rect').count()).toBeGreaterThan(10);
}

function scoresOf({ explanation }: Made) {
  if (!explanation.sampleScores) throw new Error('no scores');
  return explanation.sampleScores;
}

async function showsScores(at: At): Promise<void> {
  const { page, made } = at;
  await page.selectOption(COLOR, 'score:0');
  const ends = await page.locator('.legend .ramp-ends span').allInnerTexts();
  const [low, high] = ends.map((end) => /([\u2212+])([\d.]+)/.exec(end)?.slice(1) ?? []);
  expect([low[0], high[0]]).toEqual(['\u2212', '+']);
  expect(low[1]).toBe(high[1]);
  const lines = (await kept(page, 'Table (CSV)'))
    .toString()
    .replaceAll(/"[^"]*"/g, 'quoted')
    .split('\n');
  const { data, columns } = scoresOf(made);
  for (const row of [0, 1, made.explanation.rows - 1])
    expect(Number(lines[row + 1].split(',')[3])).toBeCloseTo(data[row * columns], 3);
}

async function namesByGeneSets(at: At): Promise<void> {
  const { page, cohort, made } = at;
  const { descriptions, featureNames, image } = made.explanation;
  const cards = page.locator('.card .module-label');
  await page.click('#tab-modules');
  if (image) {
    expect(await page.locator('.gene-sets').count()).toBe(0);
    return;
  }
  if (cohort.set) {
    expect(await page.locator('.gene-sets').innerText()).toMatch(/Gene sets: \d+ of 15 tested/);
    expect((await cards.allTextContents()).join('\n')).toMatch(cohort.set);
    return;
  }
  const members = descriptions[0].topFeatures.slice(0, 5).map(({ feature }) => featureNames[feature]);
  const text = `MADE_SET\tna\t${members.join('\t')}\nELSEWHERE\tna\tx\ty\tz\n`;
  await page
    .locator('.gene-sets input')
    .setInputFiles({ name: 'sets.gmt', mimeType: 'text/plain', buffer: Buffer.from(text) });
  await expect.poll(() => page.locator('.gene-sets').innerText()).toMatch(/1 of 2 tested, 1 skipped/);
  expect((await cards.allTextContents()).join('\n')).toMatch(/MADE SET \(5 of 5\)/);
}

async function comparesRegions(at: At): Promise<void> {
  const { page, cohort, query } = at;
  const { first, second, isSecond } = regionsOf(at);
  await compareTwo(at);
  const block = page.locator('section', { hasText: 'Compared with the kept region' }).last();
  const said = await block.locator('.sentences').first().locator('li').allInnerTexts();
  const [, ...printed] = await query('--region', second, '--and', first, '--features', cohort.features);
  expect(said.slice(1).map((line) => line.trim())).toEqual(printed);
  expect(await page.locator('.plot circle').count()).toBeGreaterThan(3);
  await page.click('text=Swap the two');
  expect(await countedSamples(at)).toBe(amount(isSecond));
}

async function comparesConditions(at: At): Promise<void> {
  const { page, cohort, made } = at;
  const { sides } = cohort;
  if (!sides) {
    expect(await page.locator('#tab-conditions').count()).toBe(0);
    return;
  }
  await page.evaluate(() => {
    for (const each of document.querySelectorAll('details')) each.open = true;
  });
  const said = (await page.locator('.panel').innerText()).replace(/\s+/g, ' ');
  const { sentences, rows } = JSON.parse(readFileSync(`${made.folder}/found/comparison.json`, 'utf8'));
  for (const line of sentences as string[]) expect(said).toContain(line.replace(/^[\s-]+/, '').trim());
  const every = page.locator('label:has-text("only what differs") input');
  if (await every.isChecked()) await every.click();
  expect(await page.locator('.compared tbody tr').count()).toBe(rows.length);
  await page.click('.compared tbody .link >> nth=0');
  const replicates = new Set(levelsOf(made, sides.replicate)).size;
  const drawn = await page.locator('.saved-figure circle').count();
  expect(drawn).toBeGreaterThan(0);
  expect(drawn).toBeLessThanOrEqual(2 * replicates);
}

async function findsInOrder({ page, cohort }: At): Promise<void> {
  for (const [text, first] of cohort.search) {
    await page.fill('.search input', text);
    const found = await page.getByRole('option').allInnerTexts();
    expect(found[0].replace(/\s+/g, ' ')).toMatch(first);
  }
}

async function drawsEmptyLasso(at: At): Promise<void> {
  const { page } = at;
  const { inPart, isPart } = regionsOf(at);
  await selectText(at, inPart);
  const box = await page.locator('.map-frame').boundingBox();
  if (!box) throw new Error('no map');
  await page.locator('.map-frame').focus();
  await page.keyboard.press('l');
  const [x, y] = [box.x + box.width - 12, box.y + box.height - 12];
  await drag(page, [
    [x, y],
    [x + 8, y],
    [x + 8, y + 8],
    [x, y + 8],
    [x, y],
  ]);
  expect(await page.locator('.over-map').innerText()).toMatch(/No sample lies inside this lasso/);
  expect(await countedSamples(at)).toBe(amount(isPart));
}

export const WALKS: Readonly<Record<string, Walk>> = {
  'every metadata column colors the map, and the legend counts its levels': colorsByColumns,
  'names on the map and entries of the legend select; with Shift they add': selectsByNames,
  'regions are combined by &, | and !; the terminal says the same of them': combinesRegions,
  'a region has a name, which the address keeps': namesRegions,
  'markers of one region against another have the figures of the library': ranksMarkers,
  'groups by violins, dots and histograms, split by condition, have the figures of a loop': showsGroups,
  'scores color the map around zero, and are in the table': showsScores,
  'gene sets name the modules': namesByGeneSets,
  'two regions are compared in the words of the terminal': comparesRegions,
  'two conditions are compared in the words of the terminal, replicate by replicate': comparesConditions,
  'the map and every figure are saved as SVG, PNG and PDF': savesFigures,
  'levels and exact names come first in the search': findsInOrder,
  'an empty lasso says so, and leaves the selection': drawsEmptyLasso,
};
