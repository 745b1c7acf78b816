/** The page that computes, as a person works with it, for its tests. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { whymap } from '../cli/run.js';
import { PATIENCE } from './browser.js';

export interface Site {
  readonly page: Page;
  readonly blocked: string[];
  readonly errors: string[];
}

/** Opens the page; whatever it asks for besides its own parts is blocked and noted. */
export async function openSite(
  browser: Browser,
  url: string,
  theme: 'light' | 'dark' = 'light',
): Promise<Site> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const blocked: string[] = [];
  const errors: string[] = [];
  await page.route('**', (route) => {
    const request = route.request();
    if (request.url().startsWith(url) && request.method() === 'GET') return route.continue();
    blocked.push(`${request.method()} ${request.url()}`);
    return route.abort();
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(url);
  await page.waitForSelector('html[data-ready="true"]');
  return { page, blocked, errors };
}

/** Chooses files for a slot, as the dialog does. */
export const give = (page: Page, slot: string, ...files: string[]) =>
  page.locator(`input[data-slot=${slot}]`).setInputFiles(files);

/** Opens all groups of settings and fills fields by the names of the command line's options. */
export async function fill(page: Page, values: Readonly<Record<string, string>>): Promise<void> {
  await page.waitForSelector('#step-settings');
  await page.evaluate(() => {
    for (const group of document.querySelectorAll('details.group')) group.setAttribute('open', '');
  });
  for (const [name, value] of Object.entries(values)) {
    const field = page.locator(`#field-${name}`);
    if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption(value);
    else await field.fill(value);
  }
}

export async function explain(page: Page): Promise<void> {
  await page.click('button.primary');
  await page.waitForSelector('html[data-phase="done"], .problem', { state: 'attached' });
  expect(await page.locator('.problem').allInnerTexts()).toEqual([]);
}

export async function saved(page: Page, button: string): Promise<Buffer> {
  await page.getByRole('tab', { name: 'Run' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(`text=${button}`)]);
  return readFileSync(await download.path());
}

/** The bytes that the command line writes for the same. */
export async function explained(folder: string, out: string, ...args: string[]): Promise<Buffer> {
  const { code, err } = await whymap(folder, 'explain', ...args, '--quiet', '-o', out);
  expect([code, err]).toEqual([0, '']);
  return readFileSync(join(folder, out, 'explanation.whymap'));
}

/** Copies a file or a folder. */
export function copied(from: string, to: string): string {
  cpSync(from, to, { recursive: true });
  return to;
}

/** Drops files or folders of this machine in the middle of the page, as the browser gets them from the desktop. */
export async function drop(page: Page, ...files: string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 400, y: 400, data });
  }
  await session.detach();
}

export const quiet = ({ blocked, errors }: Site) => {
  expect(blocked).toEqual([]);
  expect(errors).toEqual([]);
};
