/** A thread of the wasm engine: takes items of a kernel from the shared counter until none are left. */

import { type Answer, inNode } from '../../pool.js';
import { COUNTER_ADDRESS, type KernelName, STOP_ADDRESS } from './layouts.js';

export interface StartMessage {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

export interface RunMessage {
  readonly kernel: KernelName;
  readonly items: number;
  /** Address of the thread's scratch memory. */
  readonly scratch: number;
  /** Address of the kernel's arguments. */
  readonly call: number;
}

export type Kernel = (item: number, scratch: number, call: number) => void;

/** Indices of the shared words in an Int32Array over the memory. */
const COUNTER = COUNTER_ADDRESS / 4;
const STOP = STOP_ADDRESS / 4;

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
  words = new Int32Array(memory.buffer, 0, STOP + 1);
}

function run({ kernel, items, scratch, call }: RunMessage): void {
  const work = kernels[kernel];
  while (Atomics.load(words, STOP) === 0) {
    const item = Atomics.add(words, COUNTER, 1);
    if (item >= items) return;
    work(item, scratch, call);
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
