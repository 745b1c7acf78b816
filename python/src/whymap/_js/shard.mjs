/**
 * Runs a command of whymap that reads standard input (`shard`), and ends with its parent also while the main thread is busy: a
 * worker that is killed leaves no process behind.
 *
 * usage: node shard.mjs MAIN COMMAND...
 */

import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

const watch = `
  const { workerData: first } = require('node:worker_threads');
  setInterval(() => process.ppid === first || process.kill(process.pid, 'SIGKILL'), 200);
`;
new Worker(watch, { eval: true, workerData: process.ppid }).unref();

const [, , main, ...argv] = process.argv;
process.argv = [process.argv[0], main, ...argv];
await import(pathToFileURL(main).href);
