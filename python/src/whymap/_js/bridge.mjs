/**
 * Runs whymap's command line for the Python package.
 *
 * - Arguments come from a file, so that a long selection does not meet the limit of a command line's length.
 * - The process ends when the Python process does, even by a kill: a thread of its own looks five times a second,
 *   which holds also while the main thread is busy. It removes the job's folder first.
 *
 * usage: node bridge.mjs JOB, a folder with `job.json`: { main, argv, parent (process id) }
 */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

const folder = process.argv[2];
const { main, argv, parent } = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'));

const first = process.ppid;

function parentIsAlive() {
  if (process.ppid !== first) return false;
  try {
    process.kill(parent, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

const watch = `
  const { rmSync } = require('node:fs');
  const { workerData: { folder, parent, first } } = require('node:worker_threads');
  ${parentIsAlive}
  const sleeping = new Int32Array(new SharedArrayBuffer(4));
  while (parentIsAlive()) Atomics.wait(sleeping, 0, 0, 200);
  rmSync(folder, { recursive: true, force: true });
  process.kill(process.pid, 'SIGKILL');
`;
new Worker(watch, { eval: true, workerData: { folder, parent, first } }).unref();

// a message that nobody reads any more may end the process before the thread has looked
process.stderr.on('error', () => process.exit(1));
process.on('exit', () => {
  if (!parentIsAlive()) rmSync(folder, { recursive: true, force: true });
});

process.argv = [process.argv[0], main, ...argv];
await import(pathToFileURL(main).href);
