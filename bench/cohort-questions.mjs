/**
 * Ten questions of biologists on the kidney cohort, answered in its report in headless Chromium: what the page says, and
 * with how many actions (a click, a choice from a list, a text typed). docs/lab/viewer.md has the questions, written before.
 *
 * node bench/cohort-questions.mjs REPORT.html
 * REPORT.html: of kidney_geomx.h5ad, explained with its X_umap, --gene-sets programmes.gmt.
 */
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [report] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});

/** A fresh page, and actions that are counted. */
async function opened() {
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
    return line(await panelText(at.page), /mostly a difference between/);
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

/** The first option of a group of a field whose text holds a word. */
async function optionOf(page, group, word) {
  return page
    .locator(`.fields select >> nth=0 >> optgroup[label^="${group}"] >> option`, { hasText: word })
    .first()
    .innerText();
}

for (const [question, answer] of Object.entries(QUESTIONS)) {
  const at = await opened();
  const said = await answer(at).catch((error) => `NOT ANSWERED: ${String(error).split('\n')[0]}`);
  process.stdout.write(`${question}\n  ${at.actions()} actions: ${said}\n`);
  await at.close();
}
await browser.close();
