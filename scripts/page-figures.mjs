// Takes the pictures of the page for the README and docs/viewer.md from the bundled data: node scripts/page-figures.mjs
// (build first; needs Chromium, at CHROMIUM_PATH or /usr/bin/chromium). Look at them before you keep them.
// The picture of cells needs data that are not bundled: node scripts/page-figures.mjs ifnb_pbmc.h5ad programmes.gmt, the blood
// cells of two donors with and without interferon (Kang and others 2018, as published with muscData) and known gene sets.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'whymap-figures-'));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'],
});

/** A report with a view and in a size, as docs/NAME.png. */
async function picture(name, { width, height, view = '', report = 'demo' }) {
  const page = await browser.newPage({ viewport: { width, height }, reducedMotion: 'reduce' });
  await page.addInitScript(() => localStorage.setItem('whymap-tour', 'seen'));
  await page.goto(`${pathToFileURL(join(folder, report, 'report.html')).href}${view}`);
  await page.waitForSelector('html[data-drawn="true"]');
  // what has the focus at the start has an outline
  await page.evaluate(() => document.activeElement?.blur());
  await page.waitForTimeout(1000);
  await page.screenshot({ path: join(root, 'docs', `${name}.png`) });
  await page.close();
}

try {
  const demo = ['demo', '-o', join(folder, 'demo'), '--quiet'];
  execFileSync(process.execPath, [join(root, 'dist/cli/main.js'), ...demo]);
  await picture('demo', { width: 1440, height: 900 });
  const [cells, geneSets] = process.argv.slice(2);
  if (geneSets !== undefined) {
    const options = [
      '-e',
      'X_umap_int',
      '--gene-sets',
      geneSets,
      '--label',
      'cluster_id',
      '-m',
      '10',
      '--quiet',
    ];
    const explain = ['explain', cells, ...options, '-o', join(folder, 'cells')];
    execFileSync(process.execPath, [join(root, 'dist/cli/main.js'), ...explain]);
    await picture('cells', { width: 1440, height: 900, report: 'cells' });
  }
  await picture('viewer', { width: 1280, height: 960, view: '#color=module:3&module=3' });
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
