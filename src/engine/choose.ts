/** Chooses an engine: by name, or the fastest that loads on this machine. Engines are loaded lazily. */

import { OptionError, WhymapError } from '../errors.js';
import type { Engine } from './engine.js';
import { inNode } from './pool.js';

export const ENGINE_CHOICES = ['auto', 'native', 'wasm', 'js'] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** Options of `chooseEngine`. */
export interface EngineOptions {
  /** `auto` (default) takes the fastest engine that loads. */
  readonly engine?: EngineChoice;
  /** Threads; by default as many as the machine runs at once. The `js` engine has one. */
  readonly threads?: number;
  /** Bytes that the work is planned for; the wasm engine holds 4 GiB at most. */
  readonly memory?: number;
}

/** An engine and why it was chosen. */
export interface ChosenEngine {
  readonly engine: Engine;
  /** One sentence for people: why this one. */
  readonly reason: string;
}

/**
 * Creates the requested engine, or with `auto` the fastest that loads. Throws OptionError for an unknown name
 * or a bad number, and UnsupportedError when the requested engine does not load.
 */
export async function chooseEngine(options: EngineOptions = {}): Promise<ChosenEngine> {
  const { engine: choice = 'auto', threads, memory } = options;
  checkOptions(options);
  if (choice === 'js') return { engine: await createJs(), reason: 'as requested' };
  if (choice === 'wasm') return { engine: await createWasm(threads, memory), reason: 'as requested' };
  if (choice === 'native') return { engine: await createNative(threads, memory), reason: 'as requested' };
  const native = inNode ? await ifItLoads(() => createNative(threads, memory)) : null;
  if (native?.engine) {
    const reason = `onnxruntime-node is installed: products at its speed, all else in WebAssembly on ${many(native.engine)}`;
    return { engine: native.engine, reason };
  }
  const wasm = await ifItLoads(() => createWasm(threads, memory));
  if (wasm.engine) {
    return {
      engine: wasm.engine,
      reason: `WebAssembly SIMD on ${many(wasm.engine)}, the fastest engine that loads here`,
    };
  }
  return { engine: await createJs(), reason: `the wasm engine does not load (${wasm.reason})` };
}

/** The engine, or the reason why it does not load. Errors that are not whymap's own are thrown. */
async function ifItLoads(create: () => Promise<Engine>): Promise<{ engine: Engine | null; reason: string }> {
  try {
    return { engine: await create(), reason: '' };
  } catch (error) {
    if (!(error instanceof WhymapError)) throw error;
    return { engine: null, reason: error.message };
  }
}

/** The engine's number of threads, in words. */
const many = ({ threads }: Engine): string => (threads === 1 ? 'one thread' : `${threads} threads`);

/** The js engine. */
const createJs = async () => (await import('./js/engine.js')).createJsEngine();

/** The wasm engine with a memory limit that suits the plan. */
const createWasm = async (threads?: number, memory?: number) =>
  (await import('./wasm/engine.js')).createWasmEngine({ threads, memory: limitFor(memory) });

/**
 * Bytes that the engine's memory may grow to, for work that is planned for `memory` bytes. Stages plan to hold
 * up to nine tenths of `memory`; features and what one call needs come on top, most of it address space that is
 * never written to.
 */
const limitFor = (memory?: number): number | undefined =>
  memory === undefined ? undefined : 2 * memory + 2 ** 29;

/** The native engine with a memory limit that suits the plan. */
const createNative = async (threads?: number, memory?: number) =>
  (await import('./native/engine.js')).createNativeEngine({ threads, memory: limitFor(memory) });

/** Throws OptionError for an unknown engine or a number out of range. */
function checkOptions({ engine = 'auto', threads = 1, memory = 1 }: EngineOptions): void {
  if (!ENGINE_CHOICES.includes(engine)) {
    throw new OptionError({
      got: `an engine called ${engine}`,
      expected: ENGINE_CHOICES.join(', '),
      remedy: 'name one of those, or leave it out',
    });
  }
  if (!Number.isInteger(threads) || threads < 1) {
    throw new OptionError({
      got: `${threads} threads`,
      expected: 'a whole number, 1 or more',
      remedy: 'leave it out to use as many as the machine runs at once',
    });
  }
  if (!(memory > 0)) {
    throw new OptionError({
      got: `a memory of ${memory} bytes`,
      expected: 'a number above 0',
      remedy: 'leave it out for the default',
    });
  }
}
