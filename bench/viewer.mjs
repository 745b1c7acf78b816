// Measures the viewer with many samples in headless Chromium, as a person would see it from `whymap view`:
//   node bench/viewer.mjs [--rows 1000000] [--quick]
// It opens the page, checks that it drew something and counts the right number of samples, and prints time to
// the first picture, frames a second while the map is dragged, the time of a hover and of a new coloring, and
// memory. Without a graphics card Chromium draws WebGL by the processor (SwiftShader): the table says which.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { PNG } from 'pngjs';
import { encodeExplanation } from '../dist/io/explanation-file.js';
import { serve } from '../dist/report/index.js';
import { madeMap } from './made-map.mjs';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, frames: { type: 'string', default: '40' } },
});
const rows = Number(values.rows);
const FLAGS = [
  '--no-sandbox',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--enable-precise-memory-info',
];

const folder = mkdtempSync(join(tmpdir(), 'whymap-viewer-'));
const file = join(folder, 'explanation.whymap');
const bytes = encodeExplanation(madeMap(rows));
writeFileSync(file, bytes);
const serving = await serve(file);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: FLAGS,
});
try {
  const table = await measure(await browser.newPage({ viewport: { width: 1440, height: 900 } }));
  const text = [
    `${new Date().toISOString().slice(0, 10)}, ${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, Chromium ${browser.version()}.`,
    '',
    '| what | value |',
    '|---|---|',
    ...Object.entries(table).map(([what, value]) => `| ${what} | ${value} |`),
  ].join('\n');
  process.stdout.write(`${text}\n`);
} finally {
  await browser.close();
  await serving.close();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(page) {
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  const start = performance.now();
  const used = browserSeconds();
  await page.goto(serving.url);
  await page.waitForSelector('html[data-drawn="true"]', { timeout: 240_000 });
  const first = performance.now() - start;
  const firstUsed = browserSeconds() - used;
  await finished(page);
  const carriedOut = performance.now() - start;
  const shown = await page.locator('.sizes').innerText();
  if (!shown.startsWith(`${rows.toLocaleString('en-US')} samples`))
    throw new Error(`the page counts ${shown}`);
  const painted = await paintedShare(page);
  if (!(painted > 0.05)) throw new Error(`only ${painted} of the map is painted`);
  const drag = await dragged(page, Number(values.frames));
  const hover = await hovered(page);
  const recolor = await recolored(page);
  const lasso = await lassoed(page);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return {
    samples: rows.toLocaleString('en-US'),
    'file, MB': (bytes.length / 1e6).toFixed(0),
    renderer: await graphics(page),
    'first picture after the address is opened, s': (first / 1000).toFixed(1),
    'the same, processor s of the browser': firstUsed.toFixed(1),
    'the same, to its last pixel, s': (carriedOut / 1000).toFixed(1),
    'share of the map that is painted': painted.toFixed(2),
    'frames a second while dragging': `${drag.frames.toFixed(1)}${drag.moved ? ' (the last picture, moved, and the page says so)' : ''}`,
    'let go, to all samples drawn anew, s': (drag.settled / 1000).toFixed(1),
    'pointer to its answer, ms': hover.toFixed(0),
    'new coloring to its picture, s': (recolor / 1000).toFixed(2),
    'lasso let go, to its answer beside the map, s': (lasso.answered / 1000).toFixed(2),
    'the same, to all samples drawn anew, s': (lasso.drawn / 1000).toFixed(2),
    'lasso to its picture, processor s of the browser': lasso.used.toFixed(1),
    'samples in the lasso': lasso.samples,
    'memory of the page in JavaScript, arrays included, MB': (
      (await page.evaluate(() => performance.memory.usedJSHeapSize)) / 1e6
    ).toFixed(0),
    'resident memory of the page process, MB': (residentOfPages() / 1e6).toFixed(0),
  };
}

/** Share of pixels of the map that are colored. */
async function paintedShare(page) {
  const { data } = PNG.sync.read(await page.locator('canvas[data-renderer]').screenshot());
  let painted = 0;
  for (let at = 0; at < data.length; at += 4)
    if (Math.min(data[at], data[at + 1], data[at + 2]) < 200) painted++;
  return painted / (data.length / 4);
}

/** Frames a second while the pointer drags the map, and the time from letting go to the picture drawn anew. */
async function dragged(page, frames) {
  await page.mouse.move(400, 400);
  await page.mouse.down();
  await page.evaluate(() => {
    globalThis.ticks = [];
    const tick = (at) => {
      globalThis.ticks.push(at);
      globalThis.ticking = requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  for (let i = 0; i < frames; i++) {
    await page.mouse.move(400 + 3 * i, 400 + 2 * i);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
  }
  const ticks = await page.evaluate(async () => {
    cancelAnimationFrame(globalThis.ticking);
    return globalThis.ticks;
  });
  const moved = await page.evaluate(
    () => document.querySelector('canvas[data-renderer]').style.transform !== '',
  );
  // throws where a moved picture has no message
  if (moved) await page.waitForSelector('.over-map', { timeout: 5_000 });
  const start = performance.now();
  await page.mouse.up();
  await page.waitForFunction(
    () =>
      document.querySelector('canvas[data-renderer]').style.transform === '' &&
      !document.querySelector('.over-map'),
    null,
    { timeout: 240_000 },
  );
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return {
    frames: (1000 * (ticks.length - 1)) / (ticks.at(-1) - ticks[0]),
    moved,
    settled: performance.now() - start,
  };
}

async function hovered(page) {
  const times = [];
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    await page.mouse.move(300 + 40 * i, 420);
    await page.waitForSelector('.tooltip', { timeout: 10_000 }).catch(() => null);
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}

async function recolored(page) {
  const start = performance.now();
  await page.selectOption('.choice select', 'density');
  await page.waitForFunction(() => document.querySelector('.legend h2')?.textContent === 'Density');
  await finished(page);
  return performance.now() - start;
}

/** Waits until the page has drawn what it shows, and the graphics process has carried it out: it answers only then. */
async function finished(page) {
  await page.waitForSelector('html[data-drawn="true"]', { timeout: 120_000 });
  await page.evaluate(() => {
    const gl = document.querySelector('canvas[data-renderer]').getContext('webgl2');
    gl?.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  });
}

/** A lasso around the middle of the map: milliseconds to the answer in words, and to the picture with it. */
async function lassoed(page) {
  await page.locator('.toolbar button[aria-label*="asso"]').first().click();
  const box = await page.locator('.map-frame').boundingBox();
  const corner = (x, y) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...corner(0.3, 0.3));
  await page.mouse.down();
  for (const [x, y] of [
    [0.7, 0.3],
    [0.7, 0.7],
    [0.3, 0.7],
    [0.3, 0.31],
  ])
    await page.mouse.move(...corner(x, y), { steps: 6 });
  const [start, used] = [performance.now(), browserSeconds()];
  await page.mouse.up();
  await page.waitForSelector('.region-title', { timeout: 120_000 });
  const answered = performance.now() - start;
  await finished(page);
  const drawn = performance.now() - start;
  const title = await page.locator('.region-title').innerText();
  const samples = /of ([\d,]+) samples/.exec(title)?.[1] ?? '0';
  if (!(Number(samples.replaceAll(',', '')) > 0.1 * rows)) throw new Error(`the lasso has ${title}`);
  return { answered, drawn, samples, used: browserSeconds() - used };
}

async function graphics(page) {
  return page.evaluate(() => {
    const { renderer } = document.querySelector('canvas[data-renderer]').dataset;
    const gl = document.createElement('canvas').getContext('webgl2');
    const names = gl?.getExtension('WEBGL_debug_renderer_info');
    const name = names ? String(gl.getParameter(names.UNMASKED_RENDERER_WEBGL)) : 'none';
    return `${renderer}, ${/swiftshader/i.test(name) ? 'software rendering (SwiftShader)' : name}`;
  });
}

/** Processor seconds of this run's browser so far, all its processes together (Linux only). */
function browserSeconds() {
  return processesOf(process.pid).reduce((sum, id) => {
    try {
      const fields = readFileSync(`/proc/${id}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return sum + (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      return sum;
    }
  }, 0);
}

/** Ids of the processes below one. */
function processesOf(parent) {
  const parentOf = (id) => {
    try {
      return Number(readFileSync(`/proc/${id}/stat`, 'utf8').match(/^\d+ \(.*\) \S (\d+)/s)?.[1]);
    } catch {
      return 0;
    }
  };
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((id) => [Number(id), parentOf(id)]),
  );
  const below = (id) => id === parent || (id > 1 && below(parents.get(id) ?? 0));
  return [...parents.keys()].filter((id) => id !== parent && below(id));
}

/** Of the processes of this run's browser that show pages, the largest (Linux only). */
function residentOfPages() {
  const sizes = processesOf(process.pid).map((id) => {
    try {
      if (!readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('--type=renderer')) return 0;
      return 1024 * Number(readFileSync(`/proc/${id}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)?.[1]);
    } catch {
      return 0;
    }
  });
  return Math.max(...sizes);
}
