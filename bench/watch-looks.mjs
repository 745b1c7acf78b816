// node --import ./bench/watch-looks.mjs dist/cli/main.js explain ... : how long a command works without looking at its signal.
// Writes JSON to the file that LOOKS names, at the end: [{ stage, milliseconds, wall, from, at, reading }], the longest first of every stage.
//
// A look counts where the event loop has turned since the one before it, for only then can an interrupt have been heard. What is
// added up between two such looks is processor time, not the clock: that of the calling thread, and that of the busiest other
// thread. On an idle machine the two follow one another at worst, so their sum bounds the delay; on a loaded one it does not grow.
// The system adds a thread's time at its ticks (1 to 4 ms). `reading`: the default handlers of the system apply, which end the
// process at once (src/cli/terminal/interrupt.ts); such stretches matter to programs that read with the library.
import { closeSync, openSync, readdirSync, readSync, writeFileSync } from 'node:fs';

const MOST_KEPT = 5;
/** Milliseconds below which a stretch is not worth a stack. */
const LEAST = 10;
const STAGES = [
  ['writing', /writeOutputs|outputs\/|folder\.js|writeBack/],
  ['trust', /region-trust|withTrust|trust\//],
  ['replication', /replication/],
  ['stability', /evaluate\/stability/],
  ['significance', /moduleSignificance|significance/],
  ['within', /keptWithin/],
  ['granularity', /chooseGranularity/],
  ['signs', /moduleSigns/],
  ['description', /describeModules|describe\//],
  ['modules', /at async factorize|factorize\//],
  ['associations', /at async associate |associations\//],
  ['localities', /locate|localities\//],
  ['conditions', /conditions\//],
  ['embedding', /\/dr\//],
  ['reading', /\/io\/|readFeatures|readTable/],
];

Error.stackTraceLimit = 80;
const files = new Map();
const bytes = Buffer.alloc(64);
const longest = new Map();
let turned = true;
let armed = false;
let since = null;
let watched = null;
let stage = 'start';

/** Milliseconds of processor time of each thread by its number. */
function threadTimes() {
  const times = new Map();
  for (const thread of readdirSync('/proc/self/task')) {
    try {
      if (!files.has(thread)) files.set(thread, openSync(`/proc/self/task/${thread}/schedstat`));
      const length = readSync(files.get(thread), bytes, 0, 64, 0);
      times.set(Number(thread), Number.parseInt(bytes.latin1Slice(0, length), 10) / 1e6);
    } catch {
      if (files.has(thread)) closeSync(files.get(thread));
      files.delete(thread);
    }
  }
  return times;
}

function look() {
  if (!armed) {
    armed = true;
    setImmediate(() => {
      armed = false;
      turned = true;
    }).unref();
  }
  if (!turned) return;
  turned = false;
  const now = performance.now();
  const times = threadTimes();
  const here = new Error();
  if (since) note(now - since.now, used(since.times, times), since.here, here);
  since = { now, times, here };
}

/** Processor time of the calling thread and of the busiest other one. */
function used(before, after) {
  let [main, most] = [0, 0];
  for (const [thread, time] of after) {
    const own = time - (before.get(thread) ?? 0);
    if (thread === process.pid) main = own;
    else most = Math.max(most, own);
  }
  return { main, most };
}

/** Lines of a stack that are of the program, without the machinery of looks. */
const linesOf = ({ stack }) =>
  stack
    .split('\n')
    .filter((line) => line.includes('/dist/') && !/context\.js|watch\.js/.test(line))
    .map((line) => line.trim());
const shortly = (line) => line.replace(/^at (async )?/, '').replace(/\(?file:.*\/dist\/(.*?)\)?$/, '$1');

function note(wall, { main, most }, before, here) {
  const milliseconds = main + most;
  if (milliseconds < LEAST) return;
  const own = linesOf(here);
  const reading = process.listenerCount('SIGINT') === 0;
  // work that waits in the engine's line has lost who asked for it: the stage is the last one known
  stage = STAGES.find(([, names]) => own.some((line) => names.test(line)))?.[0] ?? stage;
  const list = longest.get(stage) ?? [];
  longest.set(stage, list);
  if (list.length === MOST_KEPT && milliseconds <= list.at(-1).milliseconds) return;
  const at = own.map(shortly);
  const from = linesOf(before).map(shortly).slice(0, 3);
  const [a, b] = [Math.round(main), Math.round(most)];
  list.push({
    stage,
    milliseconds,
    calling: a,
    other: b,
    wall: Math.round(wall),
    reading,
    from,
    at: at.slice(0, 6),
  });
  list.sort((x, y) => y.milliseconds - x.milliseconds);
  list.length = Math.min(list.length, MOST_KEPT);
}

// the signal of the command is the first that is made
const { get } = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted');
const Controller = globalThis.AbortController;
globalThis.AbortController = class extends Controller {
  constructor() {
    super();
    watched ??= this.signal;
  }
};
Object.defineProperty(AbortSignal.prototype, 'aborted', {
  configurable: true,
  get() {
    if (this === watched) look();
    return get.call(this);
  },
});
process.on('exit', () => {
  if (process.env.LOOKS) writeFileSync(process.env.LOOKS, JSON.stringify([...longest.values()].flat()));
});
