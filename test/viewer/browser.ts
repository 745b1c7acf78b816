// A real headless Chromium for the viewer's tests: no request may leave, and nothing may be logged as an
// error. Pages open from disk, as a person opens a report.
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
  '--force-color-profile=srgb',
  '--font-render-hinting=none',
];
/** WebGL drawn by the processor; without it the canvas fallback shows. */
const SOFTWARE_GL = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'];
const NO_GL = ['--disable-gpu', '--disable-3d-apis'];

/** Milliseconds that a page may take for anything: against hanging only. */
export const PATIENCE = 300_000;

export interface Opened {
  readonly page: Page;
  /** Addresses that the page asked for, besides itself and what it made in memory. */
  readonly requests: string[];
  readonly errors: string[];
}

export async function launch(options: { webgl?: boolean } = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [...FLAGS, ...(options.webgl === false ? NO_GL : SOFTWARE_GL)],
  });
}

export interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
  readonly hash?: string;
  /** Whether the screen is touched. Default false. */
  readonly touch?: boolean;
  /** Whether this is the first time that the person opens a report. Default false. */
  readonly first?: boolean;
}

/** Opens a text as a file from disk and waits until the viewer says that it is ready. */
export async function openReport(browser: Browser, html: string, options: OpenOptions = {}): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'whymap-report-'));
  const file = join(folder, 'report.html');
  writeFileSync(file, html);
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.theme ?? 'light',
    reducedMotion: 'reduce',
    offline: true,
    hasTouch: options.touch ?? false,
  });
  context.setDefaultTimeout(PATIENCE);
  // the blank page before the first has no storage
  if (!options.first)
    await context.addInitScript(() => {
      if (location.protocol !== 'about:') localStorage.setItem('whymap-tour', 'seen');
    });
  const page = await context.newPage();
  const address = pathToFileURL(file).href;
  const requests: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(data|blob):/.test(url)) requests.push(url);
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('close', () => void rm(folder, { recursive: true, force: true }));
  await page.goto(address + (options.hash ?? ''));
  await page.waitForSelector('html[data-ready="true"], .failure');
  return { page, requests, errors };
}

const AXE = join(import.meta.dirname, '../../node_modules/axe-core/axe.min.js');

interface Axe {
  run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
}

/** Serious and critical findings of the accessibility checker on the page as it stands. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(AXE, 'utf8'));
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)}`);
  });
}

/** Adds a style sheet that the policy of the page does not stop, since it is made by a script. */
export const addStyle = (page: Page, css: string): Promise<void> =>
  page.evaluate((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }, css);
