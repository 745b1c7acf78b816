// node bench/growth-stages.mjs [--samples 10000,30000,100000,300000] [--features 50,100,...] [--overlap 1.5,3,6,12] [--out docs/figures]
// The whole command by default options, but without trust (it goes on beside other stages and would be counted there; bench/trust.mjs
// measures it), on made data, two threads: processor time of each stage
// as samples, features and localities grow one at a time, and of it the share of the calling thread (the serial share).
// Prints tables and draws growth-stages.svg. Each run must find modules, else it stops.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { madeTable } from './data.mjs';
import { logPlot } from './log-plot.mjs';
import { folder, machine, table, writeNpy } from './measure.mjs';

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '10000,30000,100000,300000' },
    features: { type: 'string', default: '50,100,200,400,800,1600' },
    overlap: { type: 'string', default: '1.5,3,6,12' },
    out: { type: 'string', default: import.meta.dirname },
  },
});
const list = (text) => text.split(',').map(Number);
const main = join(import.meta.dirname, '../dist/cli/main.js');
/** Stages that are drawn; all others are one line, `reading and others`. */
const STAGES = [
  'localities',
  'associations',
  'modules',
  'description',
  'signs',
  'significance',
  'replication',
  'writing',
];
const OTHERS = 'reading, others';

/** One run: localities, and seconds of all threads and of the calling one by stage. */
function measured(rows, columns, ...options) {
  const { features, map } = madeTable(rows, columns, 1);
  const files = [writeNpy('growth.npy', features), '-e', writeNpy('growth-map.npy', map)];
  const [out, profile] = [join(folder, `growth-${process.hrtime.bigint()}`), join(folder, 'growth.csv')];
  const args = [
    'explain',
    ...files,
    '-m',
    '12',
    '--trust',
    'no',
    ...options,
    '-o',
    out,
    '--quiet',
    '--threads',
    '2',
    '--profile',
    profile,
  ];
  const { status, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
  if (summary.modules.length !== 12) throw new Error(`${summary.modules.length} modules in place of 12`);
  const stages = {};
  for (const line of readFileSync(profile, 'utf8').trim().split('\n').slice(1)) {
    const [name, , cpu, calling] = line.split(',');
    if (name === 'all') continue;
    const stage = STAGES.includes(name) ? name : OTHERS;
    stages[stage] ??= { cpu: 0, calling: 0 };
    stages[stage].cpu += Number(cpu);
    stages[stage].calling += Number(calling);
  }
  console.error(`${rows} x ${columns} ${options.join(' ')}: ${summary.localities.count} localities`);
  return { localities: summary.localities.count, stages };
}

/** A table and a panel of runs; `x` names what grows. */
function section(title, xLabel, runs) {
  const names = [...STAGES, OTHERS].filter((name) => runs.some(({ stages }) => stages[name]));
  const cell = ({ stages }, name) =>
    stages[name]
      ? `${stages[name].cpu.toFixed(1)} (${Math.round((100 * stages[name].calling) / (stages[name].cpu || 1))}%)`
      : '';
  const total = ({ stages }, key) => Object.values(stages).reduce((sum, stage) => sum + stage[key], 0);
  const lines = [
    ...names.map((name) => [name, ...runs.map((run) => cell(run, name))]),
    [
      'all',
      ...runs.map(
        (run) =>
          `${total(run, 'cpu').toFixed(1)} (${Math.round((100 * total(run, 'calling')) / total(run, 'cpu'))}%)`,
      ),
    ],
  ];
  const series = names.map((name) => ({
    name,
    points: runs.map(({ x, stages }) => [x, stages[name]?.cpu ?? 0]),
  }));
  series.push({
    name: 'calling thread',
    dashed: true,
    points: runs.map((run) => [run.x, total(run, 'calling')]),
  });
  return {
    text: `${title}\n\n${table([xLabel, ...runs.map(({ x }) => x)], lines)}`,
    panel: { title, xLabel, series },
  };
}

const sections = [
  section(
    '100 features',
    'samples',
    list(values.samples).map((rows) => ({ x: rows, ...measured(rows, 100) })),
  ),
  section(
    '10,000 samples',
    'features',
    list(values.features).map((columns) => ({ x: columns, ...measured(10_000, columns) })),
  ),
  section(
    '30,000 samples x 100 features',
    'localities',
    list(values.overlap).map((overlap) => {
      const run = measured(30_000, 100, '--overlap', String(overlap));
      return { x: run.localities, ...run };
    }),
  ),
];
writeFileSync(join(values.out, 'growth-stages.svg'), logPlot(sections.map(({ panel }) => panel)));
console.log(
  `${machine()}. Processor seconds of each stage, in brackets the share of the calling thread.\n\n${sections.map(({ text }) => text).join('\n\n')}`,
);
