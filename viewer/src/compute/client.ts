/** The page's side of the worker: looks at files, runs jobs, cancels. One worker, made anew after it was ended. */
import type { Answer, Found, Item, Job, Planned, Problem, Request } from './messages.js';

/** What a run that was begun reports. Exactly one of `done` and `failed` is called, and it is called once. */
export interface RunListener {
  progress(stage: string, done: number): void;
  done(result: Extract<Answer, { kind: 'done' }>): void;
  failed(problem: Problem): void;
}

/** A reader may be busy in code that cannot be waiting to stop; the worker is ended after this many milliseconds. */
const PATIENCE_MS = 400;

const CANCELLED: Problem = { code: 'cancelled', got: '', expected: '', remedy: '' };

let worker: Worker | null = null;
let listener: RunListener | null = null;
let looks = 0;
const looking = new Map<number, { found(found: Found | Planned): void; failed(problem: Problem): void }>();

/** What a file or folder offers to choose from; rejects with a `Problem`. */
export function look(item: Item): Promise<Found> {
  return ask((number) => ({ kind: 'look', number, item }));
}

/** How the files of a job would be read and paired; rejects with a `Problem`. */
export function planned(job: Job): Promise<Planned> {
  return ask((number) => ({ kind: 'plan', number, job }));
}

/** A question whose answer carries its number. */
function ask<T extends Found | Planned>(request: (number: number) => Request): Promise<T> {
  return new Promise((resolve, reject) => {
    const number = looks++;
    looking.set(number, { found: (found) => resolve(found as T), failed: reject });
    send(request(number));
  });
}

export function run(job: Job, next: RunListener): void {
  listener = next;
  send({ kind: 'run', job });
}

/** Stops the run; its listener hears `failed` with the code `cancelled`. */
export function cancel(): void {
  const waiting = listener;
  if (!waiting) return;
  send({ kind: 'cancel' });
  setTimeout(() => {
    if (listener !== waiting) return;
    end();
    finish(waiting, () => waiting.failed(CANCELLED));
  }, PATIENCE_MS);
}

function send(request: Request): void {
  worker ??= started();
  worker.postMessage(request);
}

function started(): Worker {
  const made = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  made.addEventListener('message', ({ data }: MessageEvent<Answer>) => hear(data));
  made.addEventListener('error', (event) => {
    const got = event.message || 'the part that computes could not start';
    const problem = { code: 'defect', got, expected: '', remedy: '' };
    end();
    for (const waiting of looking.values()) waiting.failed(problem);
    looking.clear();
    if (listener) finish(listener, (waiting) => waiting.failed(problem));
  });
  return made;
}

function hear(answer: Answer): void {
  if (answer.kind === 'seen' || answer.kind === 'planned' || answer.kind === 'unreadable') {
    const waiting = looking.get(answer.number);
    looking.delete(answer.number);
    if (answer.kind === 'seen') waiting?.found(answer.found);
    else if (answer.kind === 'planned') waiting?.found(answer.planned);
    else waiting?.failed(answer.problem);
  } else if (answer.kind === 'progress') listener?.progress(answer.stage, answer.done);
  else if (listener) {
    finish(listener, (waiting) =>
      answer.kind === 'done' ? waiting.done(answer) : waiting.failed(answer.problem),
    );
  }
}

function finish(waiting: RunListener, tell: (waiting: RunListener) => void): void {
  listener = null;
  tell(waiting);
}

function end(): void {
  worker?.terminate();
  worker = null;
}
