/** `whymap shard`: computes for another whymap, which speaks with it over standard input and output. */

import { hostname } from 'node:os';
import type { EngineChoice } from '../../engine/choose.js';
import { createContext } from '../../engine/context.js';
import { manifestNamed } from '../../io/parts/manifest.js';
import { readRows } from '../../io/parts/rows.js';
import { pathSource } from '../../io/source/path-source.js';
import { toWire } from '../../lava/shard/messages.js';
import { createShardServer } from '../../lava/shard/shard-server.js';
import type { PartsReader } from '../../lava/shard/specification.js';
import type { CommandRun } from '../command.js';
import { hearInterrupts } from '../terminal/interrupt.js';
import { packageVersion } from '../version.js';
import { readFrames, writeFrame } from './stream.js';

/** Rows of parts in a folder of this machine. */
const readParts: PartsReader = async ({ path, key }, positions) => {
  const folder = pathSource(path);
  return readRows(folder, await manifestNamed(folder, key, hostname()), { positions, columns: null });
};

/** Exit code after bytes that are no frames of the protocol. */
const NOT_UNDERSTOOD = 2;

/** Runs `whymap shard` until standard input or a signal ends it. Options are defaults of what the coordinator says. */
export const run: CommandRun<'shard'> = (_, values, signal) =>
  new Promise((resolve) => {
    const { stdin, stdout } = process;
    const end = (code: number): void => {
      stdin.destroy();
      // threads may be at work that nobody waits for any more
      stdout.end(() => process.exit(code));
      resolve();
    };
    const serve = createShardServer({
      version: packageVersion(),
      open: ({ engine = values.engine, threads = values.threads, memory = values.memory }) =>
        createContext({ engine: engine as EngineChoice | undefined, threads, memory }),
      send: (frame) => writeFrame(stdout, frame),
      readParts,
      end: () => end(NOT_UNDERSTOOD),
    });
    hearInterrupts();
    signal.addEventListener('abort', () => end(0), { once: true });
    readFrames(stdin, serve, (error) => {
      if (error) writeFrame(stdout, { header: { id: null, ok: false, error: toWire(error) }, arrays: [] });
      end(error ? NOT_UNDERSTOOD : 0);
    });
  });
