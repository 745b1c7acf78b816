// Takes the pictures of the gallery whose data are not bundled, as site/pictures/NAME.jpg: node scripts/gallery-pictures.mjs FOLDER [NAME]
// (build first; needs Chromium, at CHROMIUM_PATH or /usr/bin/chromium). Look at them before you keep them.
// FOLDER holds ifnb_pbmc.h5ad (Kang and others 2018), kidney_geomx.h5ad (the kidney study of the GeoMx workflow),
// pbmc3k_scanpy.h5ad (10x Genomics, as scanpy writes it), programmes.gmt (known gene sets), and words.npy, words.json,
// vectors.npy, intents.json, stop-words.txt (3,080 questions of BANKING77). Digits are those of fixtures/viewer.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { decodeExplanation } from '../dist/io/explanation-file.js';
import { renderReport } from '../dist/report/index.js';

const root = join(import.meta.dirname, '..');
const [from = '.', only] = process.argv.slice(2);
const source = resolve(from);
const folder = mkdtempSync(join(tmpdir(), 'whymap-gallery-'));
const sets = ['--gene-sets', 'programmes.gmt'];

/** What is run for each picture, in the folder of the data, and what is done in the report. */
const PICTURES = {
  interferon: {
    commands: [
      [
        'explain',
        'ifnb_pbmc.h5ad',
        '-e',
        'X_umap_int',
        '--label',
        'cluster_id',
        ...sets,
        '-o',
        '{}/explained',
      ],
      [
        ...['compare', '{}/explained', '--features', 'ifnb_pbmc.h5ad', '--condition', 'group_id'],
        ...[
          '--case',
          'stim',
          '--control',
          'ctrl',
          '--replicate',
          'donor',
          '--in',
          'cluster_id',
          '-o',
          '{}/shown',
        ],
      ],
    ],
    async show(page) {
      await page.click('.compared tbody .link >> nth=0');
      await page.click('.switch >> text=Score');
      await page.click('text=Score on the map');
    },
  },
  kidney: {
    commands: [
      [
        ...['explain', 'kidney_geomx.h5ad', '-e', 'X_umap', '--label', 'region', ...sets],
        ...['--max-features', '1500', '-o', '{}/shown'],
      ],
    ],
    async show(page) {
      await page.click('#tab-groups');
      const scores = page.locator('.fields select >> nth=0 >> optgroup[label^="Score"] >> option');
      const score = await scores.filter({ hasText: 'PODOCYTE' }).first().getAttribute('value');
      await page.selectOption('.fields select >> nth=0', score);
      await page.selectOption('.fields select >> nth=2', { label: 'disease' });
      await page.selectOption('.top .choice select', score);
    },
  },
  'blood-cells': {
    commands: [['explain', 'pbmc3k_scanpy.h5ad', '--label', 'louvain', ...sets, '-o', '{}/shown']],
    show: (page) => page.click('.card-open:has-text("CYTOTOXICITY") >> nth=0'),
  },
  sentences: {
    commands: [
      ['embed', 'vectors.npy', '--metric', 'cosine', '-o', '{}/map.npy'],
      [
        ...[
          'explain',
          'words.npy',
          '-e',
          '{}/map.npy',
          '--feature-names',
          'words.json',
          '--labels',
          'intents.json',
        ],
        ...['--drop', 'STOP_WORDS', '-m', '10', '-o', '{}/shown'],
      ],
    ],
    show: async () => undefined,
  },
  digits: { commands: [], show: async () => undefined },
};

/** The words of stop-words.txt (one a line) that the table of sentences has. */
function stopWords() {
  const known = new Set(JSON.parse(readFileSync(join(source, 'words.json'), 'utf8')));
  const lines = readFileSync(join(source, 'stop-words.txt'), 'utf8').split('\n');
  return lines.filter((word) => known.has(word)).join(',');
}

/** The report of the digits that the tests of the viewer open. */
function writeDigits() {
  const packed = readFileSync(join(root, 'fixtures/viewer/mnist20k.whymap.gz'));
  const explanation = decodeExplanation(new Uint8Array(gunzipSync(packed)));
  mkdirSync(join(folder, 'digits/shown'), { recursive: true });
  writeFileSync(
    join(folder, 'digits/shown/report.html'),
    renderReport(explanation, { title: '20,000 digits' }),
  );
}

async function picture(browser, name, show) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  await page.addInitScript(() => localStorage.setItem('whymap-tour', 'seen'));
  await page.goto(pathToFileURL(join(folder, name, 'shown/report.html')).href);
  await page.waitForSelector('html[data-drawn="true"]');
  await show(page);
  await page.evaluate(() => document.activeElement?.blur());
  await page.mouse.move(2, 2);
  await page.waitForTimeout(1000);
  mkdirSync(join(root, 'site/pictures'), { recursive: true });
  await page.screenshot({ path: join(root, 'site/pictures', `${name}.jpg`), type: 'jpeg', quality: 80 });
  await page.close();
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'],
});
try {
  for (const [name, { commands, show }] of Object.entries(PICTURES)) {
    if (only && only !== name) continue;
    mkdirSync(join(folder, name), { recursive: true });
    if (name === 'digits') writeDigits();
    for (const command of commands) {
      const args = command.map((word) =>
        word === 'STOP_WORDS' ? stopWords() : word.replace('{}', join(folder, name)),
      );
      execFileSync(process.execPath, [join(root, 'dist/cli/main.js'), ...args, '--quiet'], { cwd: source });
    }
    await picture(browser, name, show);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
