/**
 * `--profile`: how long each stage took, on the clock and on the processor, and on which threads.
 *
 * Shapes: a line a stage, in the order in which stages began, and a line for all. `seconds` is wall time;
 *   `processor_seconds` that of all threads of the process; `main_thread_seconds` the part of the thread that runs
 *   JavaScript, which is the serial share; `other_threads_seconds` one number a thread, most first, separated by spaces.
 *   `memory_mib` is the resident memory at the end of the stage.
 * Fails: where the system does not tell the times of threads (all but Linux) the last two times are empty.
 * A stage lasts until another begins; one that comes again is added to its line. Work that goes on beside a stage (engine/beside.ts) is
 * counted there: localities in `reading`, trust from `description` on, scores from `significance` on. Its own line has what was
 * left of it when the run had nothing else to do, maybe nothing. The lines add up to the whole.
 */

import { readdirSync, readFileSync } from 'node:fs';

export interface Profile {
  /** Ends the stage that runs and begins another; nothing where it is the same. */
  begin(stage: string): void;
  /** The table as CSV, up to now. */
  csv(): string;
}

/** What was used up to a moment: milliseconds of wall and processor time, and of each thread by its number. */
interface Usage {
  readonly wall: number;
  readonly processor: number;
  /** Null where the system does not tell. */
  readonly threads: ReadonlyMap<number, number> | null;
}

interface Line {
  wall: number;
  processor: number;
  readonly threads: Map<number, number>;
  memory: number;
}

const HEADER = 'stage,seconds,processor_seconds,main_thread_seconds,other_threads_seconds,memory_mib';
/** Milliseconds below which a thread did nothing worth a number. */
const LEAST_MS = 5;

/** Begins to measure; what comes before the first stage counts as `start`. */
export function startProfile(): Profile {
  const lines = new Map<string, Line>();
  const first: Usage = { wall: 0, processor: 0, threads: threadTimes() && new Map() };
  let stage = 'start';
  let since = first;
  const end = (): void => {
    const now = usage();
    const line = lines.get(stage) ?? { wall: 0, processor: 0, threads: new Map(), memory: 0 };
    addUsage(line, since, now);
    lines.set(stage, line);
    since = now;
  };
  return {
    begin(next) {
      if (next === stage) return;
      end();
      stage = next;
    },
    csv() {
      end();
      const known = since.threads !== null;
      const rows = [...lines].map(([name, line]) => rowOf(name, line, known));
      return `${[HEADER, ...rows, rowOf('all', sumOf([...lines.values()]), known)].join('\n')}\n`;
    },
  };
}

/** Adds what was used between two moments to a stage. */
function addUsage(line: Line, from: Usage, to: Usage): void {
  line.wall += to.wall - from.wall;
  line.processor += to.processor - from.processor;
  line.memory = process.memoryUsage.rss() / 2 ** 20;
  for (const [thread, time] of to.threads ?? []) {
    const used = time - (from.threads?.get(thread) ?? 0);
    if (used > 0) line.threads.set(thread, (line.threads.get(thread) ?? 0) + used);
  }
}

/** All stages as one. */
function sumOf(lines: readonly Line[]): Line {
  const sum: Line = { wall: 0, processor: 0, threads: new Map(), memory: 0 };
  for (const { wall, processor, threads, memory } of lines) {
    sum.wall += wall;
    sum.processor += processor;
    sum.memory = Math.max(sum.memory, memory);
    for (const [thread, time] of threads) sum.threads.set(thread, (sum.threads.get(thread) ?? 0) + time);
  }
  return sum;
}

/** A line of the table. @param known whether the times of threads are. */
function rowOf(stage: string, { wall, processor, threads, memory }: Line, known: boolean): string {
  const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(2);
  const others = [...threads].filter(([thread, time]) => thread !== process.pid && time >= LEAST_MS);
  const times = others.map(([, time]) => time).sort((a, b) => b - a);
  const main = known ? seconds(threads.get(process.pid) ?? 0) : '';
  const cells = [stage, seconds(wall), seconds(processor), main, times.map(seconds).join(' ')];
  return [...cells, Math.round(memory)].join(',');
}

/** What this process has used since it began. */
function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { wall: process.uptime() * 1000, processor: (user + system) / 1000, threads: threadTimes() };
}

/** Milliseconds that each thread of this process has run, by its number; null where the system does not tell. */
function threadTimes(): Map<number, number> | null {
  const folder = '/proc/self/task';
  try {
    const times = readdirSync(folder).flatMap((thread): [number, number][] => {
      try {
        const [nanoseconds] = readFileSync(`${folder}/${thread}/schedstat`, 'latin1').split(' ');
        return [[Number(thread), Number(nanoseconds) / 1e6]];
      } catch {
        return []; // it ended meanwhile
      }
    });
    return times.length > 0 ? new Map(times) : null;
  } catch {
    return null;
  }
}
