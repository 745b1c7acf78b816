/**
 * Twenty questions of biologists on the kidney cohort, answered in its reports in headless Chromium: what the page says, and
 * with how many actions (a click, a choice from a list, a text typed). docs/lab/viewer.md has the questions, written before.
 *
 * node bench/cohort-questions.mjs REPORT.html [COMPARED.html] [PICTURES]
 * REPORT.html: of kidney_geomx.h5ad, explained with its X_umap, --gene-sets programmes.gmt.
 * COMPARED.html: of `whymap compare` of it, DKD against normal, --replicate slide --in region.
 * PICTURES: a folder for a picture of the page at each answer.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [report, compared, pictures] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});

/** A fresh page, and actions that are counted. */
async function opened(report) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, offline: true });
  await context.addInitScript(() => {
    if (location.protocol !== 'about:') localStorage.setItem('whymap-tour', 'seen');
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(pathToFileURL(report).href);
  await page.waitForSelector('html[data-ready="true"]');
  let actions = 0;
  const counted =
    (act) =>
    (...values) => {
      actions++;
      return act(...values);
    };
  return {
    page,
    click: counted((what) => page.locator(what).first().click()),
    choose: counted((what, label) => page.locator(what).selectOption({ label })),
    type: counted((what, text) => page.locator(what).fill(text)),
    key: counted((name) => page.keyboard.press(name)),
    actions: () => actions,
    close: () => context.close(),
  };
}

const panelText = (page) => page.locator('#panel').innerText();
const line = (text, pattern) => text.split('\n').find((each) => pattern.test(each)) ?? 'no such line';
const group = (at) => `.region-builder select >> nth=${at}`;

/** Selects diseased and keeps normal samples of one kind of tissue, to compare. */
async function diseasedAgainstNormal({ click, type, key }, tissue) {
  await click('#tab-ask');
  await click('text=As text, with a name');
  await type('input[aria-label="Region as text"]', `disease:normal & region:${tissue}`);
  await key('Enter');
  await click('text=Keep, to compare');
  await click('text=As text, with a name');
  await type('input[aria-label="Region as text"]', `disease:DKD & region:${tissue}`);
  await key('Enter');
}

const QUESTIONS = {
  'Which genes are higher in diseased than in normal tubules?': async (at) => {
    await diseasedAgainstNormal(at, 'tubule');
    return line(await panelText(at.page), /features? (is|are) higher in/);
  },
  'Do they hold when slides, not regions, are the units?': async (at) => {
    await diseasedAgainstNormal(at, 'tubule');
    await at.choose('label.choice:has-text("Replicates by") select', 'slide');
    return line(await panelText(at.page), /By replicate|With .* replicate/);
  },
  'Is NPHS1 lower in diseased glomeruli?': async (at) => {
    await at.type('.search input', 'NPHS1');
    await at.key('Enter');
    await at.click('#tab-groups');
    await at.choose('.fields select >> nth=1', 'region');
    await at.choose('.fields select >> nth=2', 'disease');
    return at.page.locator('.saved-figure > svg').getAttribute('aria-label');
  },
  'Which programme marks the glomeruli?': async (at) => {
    await at.click('#tab-ask');
    await at.choose(group(0), 'region');
    await at.choose(group(1), 'glomerulus');
    await at.click('.region-builder >> text=Select');
    return line(await panelText(at.page), /Present in half of its samples/);
  },
  'Is the podocyte programme at a lower level in disease, by tissue?': async (at) => {
    await at.click('#tab-groups');
    await at.choose('.fields select >> nth=0', await optionOf(at.page, 'Score', 'PODOCYTE'));
    await at.choose('.fields select >> nth=1', 'region');
    await at.choose('.fields select >> nth=2', 'disease');
    return at.page.locator('.saved-figure > svg').getAttribute('aria-label');
  },
  'Is heat shock a disease effect, or one slide?': async (at) => {
    await at.click('.card-open:has-text("HEAT SHOCK")');
    return line(await panelText(at.page), /(mostly|partly) a difference between/);
  },
  'Where is the distal tubule programme (MAL), and who has it?': async (at) => {
    await at.type('.search input', 'MAL');
    await at.key('Enter');
    await at.click('.panel .bar-name');
    await at.click('text=Select these samples');
    await at.choose('label.choice:has(> span:text-is("by")) select', 'segment');
    return (await at.page.locator('.bars[aria-label^="segment"] li').allInnerTexts())
      .join('; ')
      .replace(/\s+/g, ' ');
  },
  'How many modules may be believed?': async (at) => at.page.locator('.summary h2').innerText(),
  'May clusters be read, and where is the map wrong?': async (at) => {
    await at.click('#tab-trust');
    const text = await panelText(at.page);
    return `${line(text, /May clusters/)} ${line(text, /^At \d+% of the samples/)}`;
  },
  'The podocyte score by tissue and disease, as PDF 85 mm wide': async (at) => {
    await at.click('#tab-groups');
    await at.choose('.fields select >> nth=0', await optionOf(at.page, 'Score', 'PODOCYTE'));
    await at.choose('.fields select >> nth=1', 'region');
    await at.choose('.fields select >> nth=2', 'disease');
    await at.click('text=Save this figure');
    await at.type('.saved-figure input >> nth=0', '85');
    const [file] = await Promise.all([
      at.page.waitForEvent('download'),
      at.click('.saved-figure >> text="PDF"'),
    ]);
    return file.suggestedFilename();
  },
};

/** Asked of the report of the comparison. */
const MORE_QUESTIONS = {
  'What differs between diseased and normal kidneys, with kidneys as the units?': async (at) =>
    (await panelText(at.page)).split('\n').slice(0, 6).join(' '),
  'On which kidneys are the distal tubule genes (MAL) lower?': async (at) => {
    await at.page.locator('label:has-text("only what differs") input').uncheck();
    await at.click('.compared .link:has-text("MAL")');
    await at.click('.switch >> text="Relative score"');
    return (await at.page.locator('.saved-figure circle title').allTextContents()).join('; ');
  },
  'Where do the podocyte genes move together more in disease?': async (at) => {
    await at.page.locator('label:has-text("only what differs") input').uncheck();
    await at.click('.compared .link:has-text("PODOCYTE")');
    return (await at.page.locator('.legend').innerText()).replace(/\s+/g, ' ');
  },
  'Do podocyte genes vary inside kidneys, or only between them?': async (at) => {
    await at.click('#tab-modules');
    await at.click('.card-open:has-text("PODOCYTE")');
    return (await at.page.locator('.figures tr', { hasText: 'level of slide' }).innerText()).replace(
      /\s+/g,
      ' ',
    );
  },
  'What do diseased and normal tubules share?': async (at) => {
    await diseasedAgainstNormal(at, 'tubule');
    return line(await panelText(at.page), /They share/);
  },
  'Which pathology have the samples that I circle?': async (at) => {
    await at.page.locator('.map-frame').focus();
    await at.key('l');
    await circled(at);
    await at.choose('label.choice:has(> span:text-is("by")) select', 'pathology');
    return (await at.page.locator('.bars[aria-label^="pathology"] li').allInnerTexts())
      .join('; ')
      .replace(/\s+/g, ' ');
  },
  'Which samples did I circle? A list to take along': async (at) => {
    await at.page.locator('.map-frame').focus();
    await at.key('l');
    await circled(at);
    await at.click('.save > button');
    return saved(at, '.menu >> text=Selected ids');
  },
  'What are the four coarse programmes?': async (at) => {
    await at.click('#tab-modules');
    await at.page.locator('.group-choice input').focus();
    await at.key('Home');
    for (let step = 1; step < 4; step++) await at.key('ArrowRight');
    return (await at.page.locator('.group-open').allInnerTexts()).join('; ').replace(/\s+/g, ' ');
  },
  'To which programme does C3 belong?': async (at) => {
    await at.type('.search input', 'C3');
    await at.key('Enter');
    return (await at.page.locator('.panel .bars li').allInnerTexts()).join('; ').replace(/\s+/g, ' ');
  },
  'The genes that are higher in diseased tubules, as a list to take along': async (at) => {
    await diseasedAgainstNormal(at, 'tubule');
    return saved(at, 'text=Save all as CSV');
  },
};

/** Draws around the middle of the map. */
async function circled({ page, click }) {
  const { x, y, width, height } = await page.locator('.map-frame').boundingBox();
  const corners = [
    [0.3, 0.3],
    [0.6, 0.3],
    [0.6, 0.6],
    [0.3, 0.6],
    [0.3, 0.31],
  ].map(([across, down]) => [x + across * width, y + down * height]);
  await page.mouse.move(...corners[0]);
  await page.mouse.down();
  for (const corner of corners) await page.mouse.move(...corner, { steps: 5 });
  await page.mouse.up();
  await click('.region-title');
}

/** The name and the first lines of the file that a click gives. */
async function saved({ page, click }, what) {
  const [file] = await Promise.all([page.waitForEvent('download'), click(what)]);
  const lines = readFileSync(await file.path(), 'utf8')
    .trimEnd()
    .split('\n');
  return `${file.suggestedFilename()}, ${lines.length} lines: ${lines.slice(0, 3).join(' | ')}`;
}

/** The first option of a group of a field whose text holds a word. */
async function optionOf(page, group, word) {
  return page
    .locator(`.fields select >> nth=0 >> optgroup[label^="${group}"] >> option`, { hasText: word })
    .first()
    .innerText();
}

/** Asks each question in a page of its own. */
async function ask(questions, report) {
  for (const [question, answer] of Object.entries(questions)) {
    const at = await opened(report);
    const said = await answer(at).catch((error) => `NOT ANSWERED: ${String(error).split('\n')[0]}`);
    process.stdout.write(`${question}\n  ${at.actions()} actions: ${said}\n`);
    const name = question.replace(/\W+/g, '-').slice(0, 60);
    if (pictures) await at.page.screenshot({ path: join(pictures, `${name}.png`) });
    await at.close();
  }
}

await ask(QUESTIONS, report);
if (compared) await ask(MORE_QUESTIONS, compared);
await browser.close();
