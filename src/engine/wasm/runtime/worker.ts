/**
 * A thread of the wasm engine: takes items of a kernel from the shared counter until none are left.
 * Fails: never; what goes wrong is the answer.
 */

import { type Answer, inNode } from '../../pool.js';
import { COUNTER_ADDRESS, type KernelName, STOP_ADDRESS } from './layouts.js';
import { kernelImports } from './sleep.js';

/** The first message: the compiled kernels and the memory that all threads share. */
export interface StartMessage {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

/**
 * One job: a kernel, its number of items, and the addresses of its arguments and of this thread's scratch
 * memory.
 */
export interface RunMessage {
  readonly kernel: KernelName;
  readonly items: number;
  /** Address of the thread's scratch memory. */
  readonly scratch: number;
  /** Address of the kernel's arguments. */
  readonly call: number;
}

/** An exported kernel, see kernels/index.ts. */
export type Kernel = (item: number, scratch: number, call: number) => void;

/** Indices of the shared words in an Int32Array over the memory. */
const COUNTER = COUNTER_ADDRESS / 4;
const STOP = STOP_ADDRESS / 4;

let kernels: Record<string, Kernel> = {};
let words = new Int32Array();

/**
 * Does what a message from the main thread says, starting up or running a job; answers null, or the error as text.
 */
async function handle(message: StartMessage | RunMessage): Promise<Answer> {
  try {
    if ('module' in message) await start(message);
    else run(message);
    return null;
  } catch (error) {
    return String(error);
  }
}

/** Instantiates the kernels over the shared memory. Called for a thread's first message. */
async function start({ module, memory }: StartMessage): Promise<void> {
  const instance = await WebAssembly.instantiate(module, kernelImports(memory));
  kernels = instance.exports as Record<string, Kernel>;
  words = new Int32Array(memory.buffer, 0, STOP + 1);
}

/**
 * Takes items of a job from the shared counter and runs the kernel on each, until none are left or the stop word is
 * set.
 * @param message name of the kernel, number of items, and addresses of scratch memory and of the arguments.
 */
function run({ kernel, items, scratch, call }: RunMessage): void {
  const work = kernels[kernel];
  while (Atomics.load(words, STOP) === 0) {
    const item = Atomics.add(words, COUNTER, 1);
    if (item >= items) return;
    work(item, scratch, call);
  }
}

/** Answers messages, in Node and in browsers. */
async function listen(): Promise<void> {
  if (inNode) {
    const { parentPort } = await import('node:worker_threads');
    parentPort?.on('message', async (message) => parentPort?.postMessage(await handle(message)));
  } else {
    addEventListener('message', async (event) => postMessage(await handle(event.data)));
  }
}

await listen();
