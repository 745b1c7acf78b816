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

/** The engine may be writing into the folder while it is removed: then it is tried again. */
const REMOVED = { recursive: true, force: true, maxRetries: 20, retryDelay: 50 };

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
  try {
    rmSync(folder, ${JSON.stringify(REMOVED)});
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
`;
new Worker(watch, { eval: true, workerData: { folder, parent, first } }).unref();

// nobody reads messages any more: Python is gone, even where its process still waits to be reaped
process.stderr.on('error', () => {
  rmSync(folder, REMOVED);
  process.exit(1);
});
process.on('exit', () => {
  if (!parentIsAlive()) rmSync(folder, REMOVED);
});

process.argv = [process.argv[0], main, ...argv];
await import(pathToFileURL(main).href);
