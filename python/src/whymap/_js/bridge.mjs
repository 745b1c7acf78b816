/**
 * Runs whymap's command line for the packages of Python and R.
 *
 * - Arguments come from a file, so that a long selection does not meet the limit of a command line's length.
 * - The folder of the call is gone when the caller is, even by a kill: a thread of its own looks five times a second, which
 *   holds also while the main thread is busy, and hears at once that the caller's end of standard input is closed.
 *
 * usage: node bridge.mjs JOB [PARENT]
 *   JOB     a folder with `job.json`: { main, argv, parent (process id), cwd and environment (optional) }
 *   PARENT  process id of a caller that holds standard input open, and writes a line when `job.json` is there. The folder
 *           may be made after this process, so that there is no moment at which nobody would remove it.
 */

import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

const folder = process.argv[2];
const holds = process.argv.length > 3;
const readJob = () => JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'));
const parent = holds ? Number(process.argv[3]) : readJob().parent;
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

/**
 * The thread that watches. When the caller closes standard input the folder goes first, since the signal that stops the
 * work may end the process at once; work that does not stop within two seconds is ended.
 */
const watch = `
  const { rmSync } = require('node:fs');
  const { Socket } = require('node:net');
  const { parentPort, workerData: { folder, holds, parent, first } } = require('node:worker_threads');
  ${parentIsAlive}
  const remove = () => {
    try {
      rmSync(folder, ${JSON.stringify(REMOVED)});
    } catch {}
  };
  const end = () => {
    remove();
    process.kill(process.pid, 'SIGKILL');
  };
  const stop = () => {
    remove();
    process.kill(process.pid, 'SIGINT');
    setTimeout(end, 2000);
  };
  setInterval(() => parentIsAlive() || end(), 200);
  if (holds) {
    const caller = new Socket({ fd: 0, readable: true, writable: false });
    caller.once('data', () => parentPort.postMessage('there'));
    caller.once('close', stop);
    caller.on('error', () => {});
    caller.resume();
  }
`;
const guard = new Worker(watch, { eval: true, workerData: { folder, holds, parent, first } });
if (holds) await once(guard, 'message');
guard.unref();

// nobody reads messages any more: Python is gone, even where its process still waits to be reaped
process.stderr.on('error', () => {
  rmSync(folder, REMOVED);
  process.exit(1);
});
// what failed has told so on standard error, which a caller that holds on reads from a pipe
process.on('exit', (code) => {
  if ((holds && code !== 0) || !parentIsAlive()) rmSync(folder, REMOVED);
});

const { main, argv, cwd, environment = {} } = readJob();
Object.assign(process.env, environment);
if (cwd) process.chdir(cwd);
process.argv = [process.argv[0], main, ...argv];
await import(pathToFileURL(main).href);
