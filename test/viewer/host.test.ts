// The page in a frame of a program: it follows what is selected and selects by itself (viewer/src/state/host.ts).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder, whymap } from '../cli/run.js';
import { launch, PATIENCE } from './browser.js';

const folder = temporaryFolder();
let browser: Browser;

/** A program with the report in a frame from memory, as a notebook has it. `heard` has every message of the page. */
const PROGRAM = `<!doctype html><iframe style="width:1200px;height:800px"></iframe><script>
  const frame = document.querySelector('iframe');
  const heard = [];
  let port;
  function show(text) {
    frame.src = URL.createObjectURL(new Blob([text], { type: 'text/html' }));
    const timer = setInterval(() => {
      if (heard.length > 0) return clearInterval(timer);
      const channel = new MessageChannel();
      port = channel.port1;
      port.onmessage = ({ data }) => heard.push({ ...data, rows: data.rows && [...data.rows] });
      frame.contentWindow.postMessage({ whymap: 'connect' }, '*', [channel.port2]);
    }, 100);
  }
</script>`;

interface Heard {
  readonly kind: string;
  readonly rows?: number[];
  readonly color?: string;
  readonly module?: string | null;
  readonly modules?: string[];
}

beforeAll(async () => {
  browser = await launch();
  const { code } = await whymap(folder, 'demo', '--data', 'penguins', '-o', 'demo', '--quiet');
  expect(code).toBe(0);
  writeFileSync(join(folder, 'program.html'), PROGRAM);
});

afterAll(() => browser?.close());

test('selection, color and open module go both ways, and nothing is sent back', {
  timeout: PATIENCE,
}, async () => {
  const page = await browser.newPage({ viewport: { width: 1300, height: 900 } });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(pathToFileURL(join(folder, 'program.html')).href);
  const report = readFileSync(join(folder, 'demo/report.html'), 'utf8');
  await page.evaluate((text) => (globalThis as unknown as { show(t: string): void }).show(text), report);
  const frame = page.frameLocator('iframe');
  await frame.locator('html[data-ready="true"]').waitFor();
  const heard = () => page.evaluate('heard') as Promise<Heard[]>;
  const send = (message: string) => page.evaluate(`port.postMessage(${message})`);
  const waitFor = (kind: string, count: number) =>
    page.waitForFunction(`heard.filter((message) => message.kind === '${kind}').length >= ${count}`);

  // the state that the page opens with
  await waitFor('module', 1);
  const [ready] = await heard();
  expect(ready.modules?.slice(0, 3)).toEqual(['M1', 'M2', 'M3']);

  await send("{ kind: 'selection', rows: new Int32Array([7, 5, 99999]) }");
  await frame.getByText('2 samples', { exact: true }).first().waitFor();
  await send("{ kind: 'colorBy', color: 'module:1' }");
  await send("{ kind: 'module', module: 'M2' }");
  await frame.locator('select').filter({ hasText: 'M2' }).first().waitFor();

  // what a person does
  await frame.locator("select:has(option[value='module:0'])").first().selectOption('module:0');
  await page.waitForFunction("heard.some((message) => message.color === 'module:0')");
  await frame
    .locator('canvas')
    .first()
    .click({ position: { x: 300, y: 300 } });
  await page.keyboard.press('Escape');
  await page.waitForFunction("heard.filter((message) => message.kind === 'selection').length >= 2");
  const messages = await heard();
  expect(messages.filter(({ rows }) => rows?.join() === '5,7')).toEqual([]);
  expect(messages.filter(({ module }) => module === 'M2')).toEqual([]);
  expect(messages.filter(({ color }) => color === 'module:1')).toEqual([]);
  expect(messages.filter(({ kind }) => kind === 'selection').at(-1)?.rows).toEqual([]);
  expect(errors).toEqual([]);
  await page.close();
});
