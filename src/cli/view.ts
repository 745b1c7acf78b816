/** `whymap view`: serves an explanation, or without one the page that makes one, on 127.0.0.1 until Ctrl-C. */

import { serve, serveSite } from '../report/serve.js';
import type { CommandRun } from './command.js';
import { hearInterrupts } from './terminal/interrupt.js';

/** Runs `whymap view`: serves an explanation, or the page without one, until Ctrl-C. */
export const run: CommandRun<'view'> = async (path, options, signal) => {
  hearInterrupts();
  const serving = path === undefined ? await serveSite(options) : await serve(path, options);
  process.stdout.write(`Open ${serving.url} in a browser. Ctrl-C ends.\n`);
  await new Promise<void>((done) => {
    if (signal.aborted) done();
    signal.addEventListener('abort', () => done(), { once: true });
  });
  await serving.close();
};
