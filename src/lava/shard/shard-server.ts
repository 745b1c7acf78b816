/**
 * The side of a shard process: takes frames, works on the requests in them, sends frames back.
 *
 * Protocol: docs/lab/shard-protocol.md. The first request is `hello`; it opens the engine. Requests are worked on in order;
 *   `cancel` is heard at once.
 * Types: `Frame`: header, arrays. `Context`: engine, memory and signal of a run. `ShardLine`: request.
 * Fails: errors of requests are sent; a frame that is no request, or comes before `hello`, is answered and ends the server.
 */

import type { Context } from '../../engine/context.js';
import { WhymapError } from '../../errors.js';
import { type Frame, PROTOCOL_VERSION } from './frames.js';
import { type ShardLine, toWire } from './messages.js';
import { createShardStore } from './shard-store.js';
import type { PartsReader } from './specification.js';

/** What a coordinator asks of a process when it says hello. */
export interface ShardHello {
  readonly threads?: number | undefined;
  /** Bytes that the work may hold at once. */
  readonly memory?: number | undefined;
  readonly engine?: string | undefined;
}

/** What the server runs in. */
export interface ShardHost {
  readonly version: string;
  open(hello: ShardHello): Promise<Context>;
  send(frame: Frame): void;
  /** Reads rows of tables in parts. Without it none can be read. */
  readonly readParts?: PartsReader;
  /** The stream is over: what comes next cannot be understood. */
  end(): void;
}

/** Least milliseconds between two messages of progress. */
const PROGRESS_MS = 100;

/** Makes the server; it is called with each frame. */
export function createShardServer(host: ShardHost): (frame: Frame) => void {
  let line: Promise<ShardLine> | null = null;
  const open = new Map<number, AbortController>();
  const fail = (id: number | null, error: unknown): void =>
    host.send({ header: { id, ok: false, error: toWire(error) }, arrays: [] });

  const greet = async (id: number, header: Frame['header']): Promise<ShardLine> => {
    const wrong = versionError(header, host.version);
    if (wrong) throw wrong;
    const context = await host.open(header as ShardHello);
    const { name, threads } = context.engine;
    const fields = { version: host.version, protocol: PROTOCOL_VERSION, engine: name, threads };
    host.send({ header: { id, ok: true, ...fields }, arrays: [] });
    return createShardStore(context, host.readParts);
  };

  const answer = async (id: number, frame: Frame, shards: ShardLine): Promise<void> => {
    const { step, key, shard: _, ...fields } = frame.header;
    const stop = new AbortController();
    open.set(id, stop);
    try {
      const request = { step: String(step), key: String(key), fields, arrays: frame.arrays };
      const onProgress = rarely((progress) => host.send({ header: { id, progress }, arrays: [] }));
      const reply = await shards.request(request, { signal: stop.signal, onProgress });
      host.send({ header: { ...reply.fields, id, ok: true }, arrays: reply.arrays });
    } catch (error) {
      fail(id, error);
    } finally {
      open.delete(id);
    }
  };

  return (frame) => {
    const { id, step, cancels } = frame.header;
    if (step === 'cancel') return open.get(Number(cancels))?.abort();
    if (!Number.isSafeInteger(id) || typeof step !== 'string' || (line === null) !== (step === 'hello')) {
      fail(null, outOfTurn());
      return host.end();
    }
    const number = id as number;
    if (line) {
      line.then((shards) => answer(number, frame, shards)).catch(() => {});
      return;
    }
    line = greet(number, frame.header);
    line.catch((error: unknown) => {
      fail(number, error);
      host.end();
    });
  };
}

/** The error for a coordinator of another version, or null. */
function versionError({ version, protocol }: Frame['header'], ours: string): WhymapError | null {
  if (version === ours && protocol === PROTOCOL_VERSION) return null;
  return new WhymapError('version', {
    got: `a coordinator of whymap ${String(version)}, protocol ${String(protocol)}`,
    expected: `whymap ${ours}, protocol ${PROTOCOL_VERSION}, as this shard is`,
    remedy: 'install the same version of whymap on every machine',
  });
}

/** The error for a frame that is no request, or not the one that was due. */
function outOfTurn(): WhymapError {
  return new WhymapError('frame', {
    got: 'a frame that is no request, or comes before or after its turn',
    expected: 'hello once, then requests with id, step and key',
    remedy: 'run the same whymap on both sides',
  });
}

/** Calls `tell` at most every PROGRESS_MS. */
function rarely(tell: (done: number) => void): (done: number) => void {
  let last = performance.now();
  return (done) => {
    if (performance.now() - last < PROGRESS_MS) return;
    last = performance.now();
    tell(done);
  };
}
