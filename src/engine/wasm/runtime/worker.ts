/** A thread of the wasm engine: takes items of a kernel from the shared counter until none are left. */

import { type Answer, inNode } from '../../pool.js';
import { COUNTER_WORD, STOP_WORD } from './control.js';

export interface StartMessage {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

export interface RunMessage {
  readonly kernel: string;
  readonly items: number;
  readonly scratch: number;
  readonly parameters: readonly number[];
}

export type Kernel = (item: number, scratch: number, ...parameters: readonly number[]) => void;

let kernels: Record<string, Kernel> = {};
let words = new Int32Array();

async function handle(message: StartMessage | RunMessage): Promise<Answer> {
  try {
    if ('module' in message) await start(message);
    else run(message);
    return null;
  } catch (error) {
    return String(error);
  }
}

async function start({ module, memory }: StartMessage): Promise<void> {
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  kernels = instance.exports as Record<string, Kernel>;
  words = new Int32Array(memory.buffer, 0, STOP_WORD + 1);
}

function run({ kernel, items, scratch, parameters }: RunMessage): void {
  const work = kernels[kernel];
  while (Atomics.load(words, STOP_WORD) === 0) {
    const item = Atomics.add(words, COUNTER_WORD, 1);
    if (item >= items) return;
    work(item, scratch, ...parameters);
  }
}

async function listen(): Promise<void> {
  if (inNode) {
    const { parentPort } = await import('node:worker_threads');
    parentPort?.on('message', async (message) => parentPort?.postMessage(await handle(message)));
  } else {
    addEventListener('message', async (event) => postMessage(await handle(event.data)));
  }
}

await listen();
