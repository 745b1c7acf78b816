/** Choosing an engine: by name, or the fastest that loads on this machine. Engines are loaded lazily. */

import { OptionError, UnsupportedError, WhymapError } from '../errors.js';
import type { Engine } from './engine.js';

export const ENGINE_CHOICES = ['auto', 'native', 'wasm', 'js'] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

export interface EngineOptions {
  /** `auto` (default) is the fastest that loads. */
  readonly engine?: EngineChoice;
  /** Threads; by default as many as the machine runs at once. The `js` engine has one. */
  readonly threads?: number;
  /** Bytes that the engine may hold at once; the wasm engine holds 4 GiB at most. */
  readonly memory?: number;
}

export interface ChosenEngine {
  readonly engine: Engine;
  /** One sentence for people: why this one. */
  readonly reason: string;
}

/** Throws OptionError for an unknown name or a bad number, UnsupportedError when the one asked for is not there. */
export async function chooseEngine(options: EngineOptions = {}): Promise<ChosenEngine> {
  const { engine: choice = 'auto', threads, memory } = options;
  checkOptions(options);
  if (choice === 'js') return { engine: await createJs(), reason: 'asked for' };
  if (choice === 'wasm') return { engine: await createWasm(threads, memory), reason: 'asked for' };
  if (choice === 'native') throw nativeMissing();
  try {
    const engine = await createWasm(threads, memory);
    const many = engine.threads === 1 ? 'one thread' : `${engine.threads} threads`;
    return { engine, reason: `WebAssembly SIMD on ${many}, the fastest engine that loads here` };
  } catch (error) {
    if (!(error instanceof WhymapError)) throw error;
    return { engine: await createJs(), reason: `the wasm engine does not load (${error.message})` };
  }
}

const createJs = async () => (await import('./js/engine.js')).createJsEngine();

const createWasm = async (threads?: number, memory?: number) =>
  (await import('./wasm/engine.js')).createWasmEngine({ threads, memory });

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

function nativeMissing(): UnsupportedError {
  return new UnsupportedError({
    got: 'the native engine, which needs the package onnxruntime-node',
    expected: 'that package to be installed',
    remedy: 'run `npm install onnxruntime-node`, or use the wasm engine',
  });
}
