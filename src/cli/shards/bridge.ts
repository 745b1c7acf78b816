/**
 * Shards on the workers of a Dask scheduler: a bridge in Python (`python -m whymap.cluster`) forwards frames to them.
 *
 * The bridge says on standard error, a JSON object a line, what is done (`cluster`) and why it fails (`error`).
 * Fails: UnsupportedError where there is no Python with the bridge; what the bridge says, such as a scheduler that does not answer.
 */

import { UnsupportedError, words } from '../../errors.js';
import { fromWire, LostError, type ShardLine } from '../../lava/shard/messages.js';
import type { ShardHello } from '../../lava/shard/shard-server.js';
import { createProcess } from './processes.js';

export interface Bridge {
  /** A line to each of its shards. */
  readonly lines: readonly ShardLine[];
  close(): Promise<void>;
}

/** Lines of standard error that are kept, to tell why a bridge ended. */
const KEPT_LINES = 20;

/**
 * Starts the bridge to a scheduler and waits until it has found workers.
 * @param address as Dask writes it: `tcp://host:8786`. @param onCounts told what is done, as the bridge says it.
 */
export async function openBridge(
  address: string,
  hello: ShardHello,
  onCounts: (counts: Readonly<Record<string, unknown>>) => void,
): Promise<Bridge> {
  const said: { lines: string[]; error: Error | null } = { lines: [], error: null };
  const bridge = createProcess({
    command: [process.env.WHYMAP_PYTHON ?? 'python3', '-m', 'whymap.cluster', '--scheduler', address],
    hello,
    onLine(line) {
      const message = messageIn(line);
      if (message?.message === 'cluster') onCounts(message);
      else if (message?.message === 'error') said.error = errorIn(message);
      else if (!message) said.lines = [...said.lines, line].slice(-KEPT_LINES);
    },
    failure: () => said.error,
  });
  try {
    const { fields } = await bridge.greeting();
    const lines = Array.from(
      { length: Number(fields.shards) || 1 },
      (_, shard): ShardLine => ({
        request: (request, call) => bridge.request(shard, request, call),
      }),
    );
    return { lines, close: bridge.close };
  } catch (error) {
    await bridge.close();
    if (said.error || !(error instanceof LostError)) throw said.error ?? error;
    throw noBridge(said.lines.at(-1) ?? error.got);
  }
}

/** The message in a line of standard error; null for other lines. */
function messageIn(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** The error that the bridge has told. */
function errorIn({ code, got, expected, remedy }: Record<string, unknown>): Error {
  const parts = { got: String(got), expected: String(expected), remedy: String(remedy) };
  return fromWire({ kind: String(code), ...parts }, '');
}

/** The error for a Python without the bridge. @param why what was last heard. */
function noBridge(why: string): UnsupportedError {
  return new UnsupportedError({
    got: `no bridge to Dask (${why})`,
    expected: "Python 3 with the package whymap and what its extra 'cluster' installs",
    remedy: words`pip install "whymap[cluster]", and name that Python in the environment variable WHYMAP_PYTHON if it is not python3; or take processes of this machine`,
  });
}
