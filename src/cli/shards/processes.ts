/**
 * Processes that shards are in: `whymap shard` on this machine, one a shard, or a bridge to shards elsewhere. They are spoken
 * with over their pipes, and one that ends is started anew with the next request.
 *
 * Fails: a request is rejected with LostError where the process ended before it answered.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createShardChannel, type ShardChannel } from '../../lava/shard/channel.js';
import { PROTOCOL_VERSION } from '../../lava/shard/frames.js';
import {
  LostError,
  type ShardCall,
  type ShardLine,
  type ShardReply,
  type ShardRequest,
} from '../../lava/shard/messages.js';
import type { ShardHello } from '../../lava/shard/shard-server.js';
import { packageVersion } from '../version.js';
import { readFrames, writeFrame } from './stream.js';

/** Shards behind processes. */
export interface ShardProcesses {
  readonly lines: readonly ShardLine[];
  /** Process ids, undefined for one that does not run. */
  pids(): readonly (number | undefined)[];
  /** Ends all; returns once they have ended. */
  close(): Promise<void>;
}

/** Processes of this machine for `count` shards; each starts with its first request. @param hello threads, memory, engine of each. */
export function startShardProcesses(count: number, hello: ShardHello): ShardProcesses {
  const main = fileURLToPath(new URL('../main.js', import.meta.url));
  const processes = Array.from({ length: count }, () =>
    createProcess({ command: [process.execPath, main, 'shard'], hello, disposable: true }),
  );
  return {
    lines: processes.map(({ request }, shard) => ({
      request: (message, call) => request(shard, message, call),
    })),
    pids: () => processes.map(({ pid }) => pid()),
    close: async () => void (await Promise.all(processes.map(({ close }) => close()))),
  };
}

/** A process that is started when it is needed. */
export interface ShardProcess {
  request(shard: number, request: ShardRequest, call?: ShardCall): Promise<ShardReply>;
  /** What it answered to `hello`. */
  greeting(): Promise<ShardReply>;
  pid(): number | undefined;
  close(): Promise<void>;
}

interface Running {
  readonly child: ChildProcess;
  readonly channel: ShardChannel;
  readonly greeted: Promise<ShardReply>;
  readonly ended: Promise<void>;
}

/** How a process is started and what is known of one that ended. */
export interface ProcessPlan {
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly hello: ShardHello;
  /** Told what it writes to standard error, line by line; without it that goes where this process writes. */
  readonly onLine?: (line: string) => void;
  /** Whether it is killed at the end: it holds nothing that it would have to put away. Else its input is closed. */
  readonly disposable?: boolean;
  /** Why it ended, where it has said so: then nothing is asked of it again. */
  readonly failure?: () => Error | null;
}

/** A process that is started with the first request, and anew with the first after its end. */
export function createProcess(plan: ProcessPlan): ShardProcess {
  let running: Running | null = null;
  const started = (): Running => {
    if (running) return running;
    const process = startProcess(plan, () => {
      if (running === process) running = null;
    });
    running = process;
    return process;
  };
  return {
    async request(shard, request, call) {
      const { channel, greeted } = started();
      await greeted;
      return channel.request(shard, request, call);
    },
    greeting: () => started().greeted,
    pid: () => running?.child.pid,
    async close() {
      if (!running) return;
      const { child, ended } = running;
      if (plan.disposable) child.kill('SIGKILL');
      else child.stdin?.end();
      await ended;
    },
  };
}

/** Starts a process and says hello. @param onEnd is called once it has ended or cannot be understood. */
function startProcess({ command, hello, onLine, failure }: ProcessPlan, onEnd: () => void): Running {
  const [program, ...args] = command;
  const child = spawn(program, args);
  createInterface({ input: child.stderr }).on(
    'line',
    onLine ?? ((line) => process.stderr.write(`${line}\n`)),
  );
  const channel = createShardChannel((frame) => writeFrame(child.stdin, frame));
  const lost = (how: string): void => {
    onEnd();
    channel.close(failure?.() ?? new LostError(`a shard process that ended (${how})`));
  };
  // a pipe that breaks says no more than the end of its process
  child.stdin.on('error', () => {});
  readFrames(child.stdout, channel.take, (error) => {
    if (!error) return;
    child.kill('SIGKILL');
    lost(error.message);
  });
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      lost(error.message);
      resolve();
    });
    child.on('close', (code, signal) => {
      lost(signal ?? `exit code ${code}`);
      resolve();
    });
  });
  const fields = { version: packageVersion(), protocol: PROTOCOL_VERSION, ...hello };
  const greeted = channel.request(0, { step: 'hello', key: '', fields });
  greeted.catch(() => {});
  return { child, channel, greeted, ended };
}
