// The served page in Chromium under its Content-Security-Policy: it works and nothing is blocked; a page of another origin that
// even knows the address reads nothing of it.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Serving, serve, serveSite } from 'whymap/viewer';
import { temporaryFolder, whymap } from '../cli/run.js';
import { launch, PATIENCE } from '../viewer/browser.js';

const folder = temporaryFolder();
let browser: Browser;
let served: Serving;
let site: Serving;
let foreign: Server;

beforeAll(async () => {
  await whymap(folder, 'demo', '--data', 'penguins', '-o', 'out', '--quiet');
  served = await serve(join(folder, 'out'));
  site = await serveSite();
  foreign = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<p>other</p>'),
  );
  await new Promise<void>((done) => foreign.listen(0, '127.0.0.1', done));
  browser = await launch();
}, PATIENCE);
afterAll(async () => {
  await Promise.all([browser?.close(), served?.close(), site?.close()]);
  foreign?.close();
});

/** A page at an address, with what its policy blocked and what it complained of. */
async function opened(url: string) {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.addInitScript(() => {
    const blocked: string[] = [];
    (globalThis as unknown as { blocked: string[] }).blocked = blocked;
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      blocked.push(`${violatedDirective} ${blockedURI}`),
    );
  });
  await page.goto(url);
  const blocked = () => page.evaluate(() => (globalThis as unknown as { blocked: string[] }).blocked);
  return { page, complaints, blocked };
}

test('every button of the served page works, and the policy blocks nothing', {
  timeout: PATIENCE,
}, async () => {
  const { page, complaints, blocked } = await opened(served.url);
  await page.waitForSelector('html[data-ready="true"]');
  await page.evaluate(() => localStorage.setItem('whymap-tour', 'seen'));
  await page.reload();
  await page.waitForSelector('html[data-ready="true"]');
  const buttons = await page.locator('button:visible').count();
  expect(buttons).toBeGreaterThan(5);
  for (let i = 0; i < buttons; i++) {
    const button = page.locator('button:visible').nth(i);
    if ((await button.count()) === 0 || !(await button.isEnabled())) continue;
    await button.click({ timeout: 5000 }).catch(() => undefined);
    await page.keyboard.press('Escape');
  }
  // the policy is there, and would have blocked what it does not allow
  const stopped = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.injected = true';
    document.body.append(script);
    await new Promise((done) => setTimeout(done, 50));
    return (globalThis as unknown as { injected?: boolean }).injected !== true;
  });
  expect(stopped).toBe(true);
  expect((await blocked()).filter((what) => !what.startsWith('script-src'))).toEqual([]);
  expect((await blocked()).length).toBe(1);
  expect(complaints.filter((text) => !/inline script/.test(text))).toEqual([]);
  await page.close();
});

test('the page that computes explains files under its policy', { timeout: PATIENCE }, async () => {
  const { page, complaints, blocked } = await opened(site.url);
  await page.waitForSelector('input[type=file]', { state: 'attached' });
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(await blocked()).toEqual([]);
  expect(complaints).toEqual([]);
  await page.close();
});

test('a page of another origin reads nothing, though it knows the address', {
  timeout: PATIENCE,
}, async () => {
  const { port } = foreign.address() as AddressInfo;
  const page = await browser.newPage();
  // another port of this machine is another origin; another name is another site too
  for (const origin of [`http://127.0.0.1:${port}/`, `http://localhost:${port}/`]) {
    await page.goto(origin);
    const read = await page.evaluate(
      async ([html, bytes]) => {
        const fetched = (url: string, init?: RequestInit) =>
          fetch(url, init).then(
            async (response) => (await response.text()).length,
            () => 'refused',
          );
        const loaded = (tag: 'img' | 'script') =>
          new Promise<string>((done) => {
            const element = document.createElement(tag);
            element.onload = () => done('loaded');
            element.onerror = () => done('refused');
            element.src = bytes;
            document.body.append(element);
          });
        const frame = document.createElement('iframe');
        frame.src = html;
        const framed = new Promise<string>((done) => {
          frame.onload = () => {
            try {
              done(frame.contentDocument ? frame.contentDocument.title || 'empty' : 'refused');
            } catch {
              done('refused');
            }
          };
        });
        document.body.append(frame);
        const opened = window.open(html);
        await new Promise((done) => setTimeout(done, 300));
        let inWindow = 'refused';
        try {
          inWindow = opened?.document.title ?? 'refused';
        } catch {}
        return [
          await fetched(html),
          await fetched(bytes),
          await fetched(bytes, { mode: 'no-cors' }),
          await loaded('img'),
          await loaded('script'),
          await framed,
          inWindow,
        ];
      },
      [served.url, `${served.url}explanation.whymap`] as const,
    );
    expect(read).toEqual(Array.from(read, () => 'refused'));
  }
  await page.close();
});
