/** Options of how a command runs, and of what it prints. */

import { defineOptions } from '../definition.js';

const RUNNING = ['demo', 'explain', 'embed', 'audit', 'query', 'compare', 'reproduce'] as const;
const PRINTING = [...RUNNING, 'inspect'] as const;
const COMPUTING = [...RUNNING, 'shard'] as const;

export const runOptions = defineOptions([
  {
    name: 'seed',
    commands: RUNNING,
    group: 'method',
    type: { kind: 'integer', least: 0, most: 2 ** 53 - 1 },
    default: 0,
    label: 'Seed',
    help: 'seed of the random numbers: the same input, options and seed give the same result',
  },
  {
    name: 'engine',
    commands: COMPUTING,
    group: 'machine',
    type: { kind: 'choice', choices: ['auto', 'native', 'wasm', 'js'] },
    default: 'auto',
    label: 'Engine',
    help: 'what computes; auto takes the fastest engine that loads',
  },
  {
    name: 'threads',
    commands: COMPUTING,
    group: 'machine',
    type: { kind: 'integer', least: 1 },
    default: 'as many as the machine runs at once',
    label: 'Threads',
    help: 'number of threads; the result is the same on any number',
  },
  {
    name: 'memory',
    commands: [...PRINTING, 'shard'],
    group: 'machine',
    type: { kind: 'size' },
    default: 'a quarter of the machine',
    unit: 'bytes',
    label: 'Memory',
    help: 'memory to work in, such as 4G',
  },
  {
    name: 'cluster',
    commands: ['explain', 'compare'],
    group: 'machine',
    type: { kind: 'text', form: 'local:N or address' },
    default: null,
    label: 'Cluster',
    help: 'computes the associations of all fits in N processes of this machine (local:4) or on the workers of a Dask scheduler (tcp://host:8786); the result is the same',
  },
  {
    name: 'profile',
    commands: PRINTING,
    group: 'machine',
    type: { kind: 'output', form: 'file' },
    default: null,
    label: 'Profile',
    help: 'writes how long each stage took on the clock, on the processor and on each thread, as CSV',
  },
]);

export const printOptions = defineOptions([
  {
    name: 'json',
    commands: PRINTING,
    group: 'output',
    type: { kind: 'flag' },
    default: null,
    label: 'JSON',
    help: 'the result as JSON on standard output, progress and findings on standard error',
  },
  {
    name: 'quiet',
    commands: PRINTING,
    group: 'output',
    type: { kind: 'flag' },
    default: null,
    label: 'Quiet',
    help: 'no progress',
  },
  {
    name: 'messages',
    commands: PRINTING,
    group: 'output',
    type: { kind: 'choice', choices: ['text', 'json'] },
    default: 'text',
    label: 'Messages',
    help: 'progress and errors on standard error: text for people, or a JSON object a line for programs',
  },
]);
