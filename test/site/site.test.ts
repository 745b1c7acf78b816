// The built site (npm run site) behind a plain static server, in a real browser: every page, every link, the search, a report and one
// computation. No request goes elsewhere.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axeFindings, launch } from '../viewer/browser.js';
import { explain, fill, give, openSite, quiet } from '../viewer/site-page.js';

const root = join(import.meta.dirname, '../..');
const dist = join(root, 'site/dist');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

let server: Server;
let browser: Browser;
let address: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://here').pathname);
    const file = join(dist, path.endsWith('/') ? `${path}index.html` : path);
    if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
    return response
      .writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'text/plain' })
      .end(readFileSync(file));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launch({ webgl: false });
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

const pages = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.html') && !/^(app|gallery\/|404)/.test(file))
  .sort();

/** A page that notes each request for another host, each answer that is no success, and each error. */
async function watchedPage(width: number): Promise<{ page: Page; faults: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  const faults: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url()))
      faults.push(request.url());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  return { page, faults };
}

test('the site has the pages of docs/ and of the library', () => {
  for (const page of [
    'index.html',
    'getting-started.html',
    'tutorials/biologist.html',
    'options.html',
    'api/whymap.html',
  ])
    expect(pages).toContain(page);
});

test('every page opens without a fault, fits a phone, and its links lead to pages and headings', async () => {
  const { page, faults } = await watchedPage(390);
  const links = new Set<string>();
  const anchors = new Map<string, Set<string>>();
  for (const file of pages) {
    await page.goto(`${address}/${file}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide, `${file} scrolls sideways`).toBeLessThanOrEqual(0);
    anchors.set(
      `/${file}`,
      new Set(await page.evaluate(() => [...document.querySelectorAll('[id]')].map((e) => e.id))),
    );
    const found = await page.evaluate(() =>
      [...document.querySelectorAll('a[href]')].map((a) => (a as HTMLAnchorElement).href),
    );
    for (const link of found) if (link.startsWith(address)) links.add(link.slice(address.length));
  }
  expect(faults).toEqual([]);
  const broken = [...links].filter((link) => {
    const [path, anchor] = link.split('#');
    const file = path.endsWith('/') ? `${path}index.html` : path;
    if (!existsSync(join(dist, file))) return true;
    return Boolean(anchor) && anchors.has(file) && !anchors.get(file)?.has(decodeURIComponent(anchor));
  });
  expect(broken).toEqual([]);
  await page.close();
});

test('the search finds a word of the glossary', async () => {
  const { page, faults } = await watchedPage(1280);
  await page.goto(`${address}/index.html`);
  // the page hears the keys once its script runs
  const input = page.locator('input[type=search], .search-input').first();
  await expect
    .poll(
      async () => {
        if (!(await input.isVisible())) await page.keyboard.press('Control+k');
        return input.isVisible();
      },
      { timeout: 60_000, interval: 500 },
    )
    .toBe(true);
  await input.fill('replication');
  await page.waitForSelector('.result');
  expect(await page.locator('.result').first().innerText()).toMatch(/replication|come back|stability/i);
  expect(faults).toEqual([]);
  await page.close();
});

test('no page has a serious finding for accessibility; pages of each kind in the dark theme, too', async () => {
  const { page } = await watchedPage(1280);
  const found: Record<string, string[]> = {};
  const look = async (file: string, name: string) => {
    await page.goto(`${address}/${file}`);
    const findings = await axeFindings(page);
    if (findings.length > 0) found[name] = findings;
  };
  // pages of the library are made by one template
  for (const file of pages.filter((each) => !each.startsWith('api/'))) await look(file, file);
  await page.emulateMedia({ colorScheme: 'dark' });
  for (const file of [
    'index.html',
    'gallery.html',
    'tutorials/biologist.html',
    'options.html',
    'api/whymap.html',
  ])
    await look(file, `${file}, dark`);
  expect(found).toEqual({});
  await page.close();
});

test('a report of the gallery opens', async () => {
  const { page, faults } = await watchedPage(1280);
  await page.goto(`${address}/gallery/penguins.html`);
  await page.waitForSelector('html[data-ready="true"]');
  expect(await page.locator('.card').count()).toBeGreaterThan(1);
  expect(faults).toEqual([]);
  await page.close();
});

test('the page computes from a plain static host', async () => {
  const opened = await openSite(browser, `${address}/app/`);
  const { page } = opened;
  const data = (name: string) => join(root, 'data/penguins', name);
  await give(page, 'features', data('penguins.csv'), data('umap.npy'));
  await fill(page, { label: 'species', modules: '2', draws: '0', refits: '0' });
  await explain(page);
  expect(await page.locator('.card').count()).toBeGreaterThan(0);
  quiet(opened);
  await page.close();
});
