// What the benchmarks share: the machine, repeated timing, peers, tables.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { peerEnvironment, peerPython } from './peers/environment.mjs';

export const PYTHON = '/usr/bin/python3';
export const folder = mkdtempSync(join(os.tmpdir(), 'whymap-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** One line about the machine and how busy it is: a figure means little without. */
export function machine() {
  const { model } = os.cpus()[0];
  const memory = Math.round(os.totalmem() / 2 ** 30);
  const load = os.loadavg()[0].toFixed(1);
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${os.cpus().length} x ${model}, ${memory} GiB, Node ${process.versions.node}, load ${load}`;
}

/** Seconds of processor time that this process has used, all threads together. */
export const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Runs each of the named functions in turn, `runs` times after a warm-up; medians and extremes by name. */
export async function alternate(runs, work) {
  const taken = Object.fromEntries(Object.keys(work).map((name) => [name, []]));
  for (let run = -1; run < runs; run++) {
    for (const [name, body] of Object.entries(work)) {
      const cpu = cpuSeconds();
      const start = performance.now();
      await body();
      if (run >= 0) taken[name].push({ wall: (performance.now() - start) / 1000, cpu: cpuSeconds() - cpu });
    }
  }
  return Object.fromEntries(Object.entries(taken).map(([name, list]) => [name, summarize(list)]));
}

export function summarize(list) {
  const of = (key) => {
    const sorted = list.map((one) => one[key]).sort((a, b) => a - b);
    return { min: sorted[0], median: sorted[sorted.length >> 1], max: sorted.at(-1) };
  };
  return { wall: of('wall'), cpu: of('cpu'), runs: list.length };
}

/** Runs a Python peer and reads the JSON that it prints last; null, with a message, where it cannot run. */
export function peer(script, ...args) {
  try {
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: peerEnvironment };
    return JSON.parse(
      execFileSync(peerPython(), [script, ...args.map(String)], options)
        .trim()
        .split('\n')
        .at(-1),
    );
  } catch (error) {
    console.error(
      `peer ${script} left out: ${String(error.stderr ?? error.message)
        .trim()
        .split('\n')
        .at(-1)}`,
    );
    return null;
  }
}

export function writeNpy(name, { rows, columns, data }) {
  const file = join(folder, name);
  let header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  header = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + '\n';
  const head = Buffer.concat([
    Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]),
    Buffer.from(header),
  ]);
  writeFileSync(file, Buffer.concat([head, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]));
  return file;
}

export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Replaces the part of a Markdown file under a heading, or adds it. */
export function writeSection(file, heading, text) {
  let all = '';
  try {
    all = readFileSync(file, 'utf8');
  } catch {
    all =
      '# Benchmark results\n\nMade by `npm run bench -- --write`. Walls depend on what else runs; ratios in one run are what counts.\n';
  }
  const parts = all.split(/\n(?=## )/).filter((part) => !part.startsWith(`## ${heading}\n`));
  writeFileSync(
    file,
    `${[...parts.map((part) => part.trimEnd()), `## ${heading}\n\n${text.trim()}`].join('\n\n')}\n`,
  );
}
