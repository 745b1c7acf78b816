/**
 * The worker that computes: the library's own run, on dropped files, with the engine that loads here. Threads of the
 * engine are workers of this worker, where the page may share memory.
 */
import { createContext, type Progress, WhymapError } from 'whymap';
import { fileSource, filesSource, noSuchFile, readContents, type Source } from 'whymap/io';
import { parseOptions, spelledParts, spelledWarnings } from 'whymap/options';
import { explainFiles, explanationFile, notesOf, planFiles, titleOf } from 'whymap/run';
import { pageSpelling } from '../site/fields.js';
import type { Answer, Item, Job, Problem, Request } from './messages.js';

/** Bytes to work in. A page cannot ask how much the machine has; the engine holds at most 4 GiB. */
const MEMORY = 4 * 2 ** 30;
const PROGRESS_MS = 60;

let running: AbortController | null = null;

const say = (answer: Answer, transfer: Transferable[] = []) => postMessage(answer, { transfer });

const sourceOf = (item: Item, name: string): Source =>
  item.content instanceof Map
    ? filesSource(name, item.content)
    : { ...fileSource(item.content as File), name };

async function look(number: number, item: Item): Promise<void> {
  try {
    say({ kind: 'seen', number, found: await readContents(sourceOf(item, item.name), { memory: MEMORY }) });
  } catch (error) {
    say({ kind: 'unreadable', number, problem: problemOf(error) });
  }
}

async function run(job: Job): Promise<void> {
  running = new AbortController();
  try {
    const { bytes, ...rest } = await explained(job, running.signal);
    say({ kind: 'done', bytes, ...rest }, [bytes.buffer]);
  } catch (error) {
    say({ kind: 'failed', problem: problemOf(error) });
  } finally {
    running = null;
  }
}

async function plan(number: number, { files, features, options }: Job): Promise<void> {
  try {
    const values = parseOptions('explain', options);
    const context = await createContext({ engine: 'js', memory: MEMORY });
    const read = await planFiles(features, values, { context, files: filesOf(files) });
    say({ kind: 'planned', number, planned: { plan: read.plan, notes: notesOf(read.warnings) } });
  } catch (error) {
    say({ kind: 'unreadable', number, problem: problemOf(error) });
  }
}

/** The files of a job by their names. */
const filesOf = (files: Job['files']) => ({
  open: (name: string) => {
    const item = files.get(name);
    return item ? sourceOf(item, name) : noSuchFile(name);
  },
  exists: async (name: string) => files.has(name),
});

async function explained({ files, features, options }: Job, signal: AbortSignal) {
  const values = parseOptions('explain', options);
  const { seed = 0, threads } = values;
  const context = await createContext({ threads, seed, memory: MEMORY, signal, onProgress: seldom() });
  try {
    const made = await explainFiles(features, values, { context, seed, files: filesOf(files) });
    const warnings = spelledWarnings(made.explanation.warnings, pageSpelling);
    const explanation = { ...made.explanation, warnings };
    const bytes = explanationFile(explanation, made.table) as Uint8Array<ArrayBuffer>;
    return { bytes, title: titleOf(explanation, made.table), timings: explanation.timings };
  } finally {
    await context.close();
  }
}

/** Passes on the start and the end of every stage, and what is between not more often than a person can see. */
function seldom(): (progress: Progress) => void {
  let last = 0;
  let stage = '';
  return (progress) => {
    const now = performance.now();
    if (progress.stage === stage && progress.done < 1 && now - last < PROGRESS_MS) return;
    stage = progress.stage;
    last = now;
    say({ kind: 'progress', ...progress });
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof WhymapError) {
    return { code: error.code, ...spelledParts(error.parts, pageSpelling) };
  }
  const got = error instanceof Error ? error.message : String(error);
  const memory = error instanceof RangeError && /alloc|length|memory/i.test(got);
  return { code: memory ? 'memory' : 'defect', got, expected: '', remedy: '' };
}

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  if (data.kind === 'look') void look(data.number, data.item);
  else if (data.kind === 'plan') void plan(data.number, data.job);
  else if (data.kind === 'run') void run(data.job);
  else running?.abort();
});
