/**
 * Kills workers by SIGKILL at moments that are named beforehand. Loaded by `--import` into every Node.js process of a run.
 *
 * The folder in WHYMAP_KILLS has `plan.json`, a list of moments: `{name, stage, whom}` as the command says this stage, or
 * `{name, step, at, whom}` in a shard that was asked for this step: `received`, when it has the whole request and has done nothing, or
 * `half`, when half of its reply's first array (or of its header) is written. `whom` is the process of Node.js (`shard`), or the one that started it (`worker`), a worker of
 * Dask. No worker is killed in the first
 * seconds of one: while a nanny starts a worker, it does not hear that it was killed. Each moment kills once; what was killed is written into `landed/NAME` just before.
 */

import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const folder = process.env.WHYMAP_KILLS;
const PREFIX = 20;
/** Seconds after which the nanny of a worker has started it, also on a busy machine. */
const SETTLED = 6;
/** Clock ticks of a second in /proc. */
const TICKS = 100;

if (folder && isMainThread) {
  const plan = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8'));
  if (process.argv.includes('shard')) watchShard(plan.filter(({ step }) => step));
  else if (process.argv.includes('explain')) watchCommand(plan.filter(({ stage }) => stage));
}

/** Whether a moment is this call's to kill at: nobody has before. Writes down whom it kills. */
function claim({ name }, pid) {
  try {
    const file = openSync(join(folder, 'landed', name), 'wx');
    writeSync(file, String(pid));
    closeSync(file);
    return true;
  } catch {
    return false;
  }
}

/** Kills by the lines of progress that this process writes to standard error. */
function watchCommand(moments) {
  const write = process.stderr.write;
  process.stderr.write = function (text, ...rest) {
    const stage = /"message":"progress","stage":"([^"]+)"/.exec(String(text))?.[1];
    for (const moment of moments) if (stage?.split(' ')[0] === moment.stage) killOne(moment);
    return write.call(this, text, ...rest);
  };
}

/** Kills the first shard that runs, or its worker. */
function killOne(moment) {
  for (const name of readdirSync(join(folder, 'shards')).sort()) {
    const [shard, parent] = name.split('-').map(Number);
    const pid = moment.whom === 'worker' ? parent : shard;
    if (!runs(shard) || !mayDie(moment, pid)) continue;
    if (!claim(moment, pid)) return;
    process.kill(pid, 'SIGKILL');
    unlinkSync(join(folder, 'shards', name));
    return;
  }
}

/** Whether a process can be killed: it runs, and if it is a worker, no worker is just being started. */
function mayDie({ whom }, pid) {
  if (!runs(pid)) return false;
  if (whom !== 'worker') return true;
  const workers = new Set(readdirSync(join(folder, 'shards')).map((name) => Number(name.split('-')[1])));
  const up = Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]);
  const settled = [...workers].filter((worker) => runs(worker) && up - startOf(worker) > SETTLED);
  return settled.length >= 2 && settled.includes(pid);
}

/** Seconds after the machine's start at which a process was started. */
function startOf(pid) {
  return Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1).split(' ')[19]) / TICKS;
}

/** Whether there is such a process, and it has not ended. */
function runs(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Kills this process, or also the one that started it, by the requests that come and the replies that go. */
function watchShard(moments) {
  writeFileSync(join(folder, 'shards', `${process.pid}-${process.ppid}`), '');
  const steps = new Map();
  const find = (step, at) => moments.find((moment) => moment.step === step && moment.at === at);
  const end = ({ whom }) => {
    if (whom === 'worker') process.kill(process.ppid, 'SIGKILL');
    process.kill(process.pid, 'SIGKILL');
  };
  const read = framesOf(({ id, step }) => {
    steps.set(id, step);
    const moment = find(step, 'received');
    const victim = moment?.whom === 'worker' ? process.ppid : process.pid;
    if (moment && mayDie(moment, victim) && claim(moment, victim)) end(moment);
  });
  const { emit } = process.stdin;
  process.stdin.emit = function (event, ...values) {
    if (event === 'data') read(values[0]);
    return emit.call(this, event, ...values);
  };
  const { write } = process.stdout;
  let prefix = null;
  let cut = null;
  // a frame is written as its prefix, its header, and arrays
  process.stdout.write = function (piece, ...rest) {
    if (prefix === null && !cut && Buffer.from(piece).toString('latin1', 0, 4) === 'WMSH') {
      prefix = Buffer.from(piece);
      return write.call(this, piece, ...rest);
    }
    if (prefix) {
      const { id, progress } = JSON.parse(Buffer.from(piece).toString());
      const due = progress === undefined && find(steps.get(id), 'half');
      const body = Number(prefix.readBigUInt64LE(12));
      const held = prefix;
      prefix = null;
      if (due && claim(due, process.pid)) {
        cut = due;
        // what is corked is never written: these bytes go by themselves
        writeSync(1, held);
        if (body > 0) return writeSync(1, piece) > 0;
      }
    }
    if (!cut) return write.call(this, piece, ...rest);
    writeSync(1, piece.subarray(0, piece.length >> 1));
    return end(cut);
  };
}

/** The header of a frame that begins with these bytes; null for other bytes. */
function headerOf(bytes) {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.toString('latin1', 0, 4) !== 'WMSH') return null;
  const length = view.readUInt32LE(8);
  return JSON.parse(view.toString('utf8', PREFIX, PREFIX + length));
}

/** Takes pieces of a stream; calls back with the header of each frame that has come whole. */
function framesOf(onFrame) {
  let held = [];
  let length = 0;
  let wanted = PREFIX;
  return (piece) => {
    held.push(piece);
    length += piece.length;
    while (length >= wanted) {
      const whole = Buffer.concat(held);
      const frame =
        whole.length < PREFIX ? Infinity : PREFIX + whole.readUInt32LE(8) + Number(whole.readBigUInt64LE(12));
      if (whole.length >= frame) {
        onFrame(headerOf(whole));
        held = [whole.subarray(frame)];
        length = held[0].length;
        wanted = PREFIX;
      } else {
        held = [whole];
        wanted = frame === Infinity ? PREFIX : frame;
      }
    }
  };
}
