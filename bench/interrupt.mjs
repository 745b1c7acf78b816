// node bench/interrupt.mjs [--rows 100000] [--columns 500] [--only localities,modules,...] [-- options of whymap explain]
// What somebody who presses Ctrl-C waits for: `whymap explain` of made data is begun once for each stage, interrupted when the stage
// begins and again a second into it, and the time from the signal to the end of the process is measured, with what is left in the folder
// that it was to write. Ends with 1 where that took over 100 ms, or anything is left.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { madeTable } from './data.mjs';
import { folder, machine, table, writeNpy } from './measure.mjs';

const own = process.argv.slice(2);
const cut = own.includes('--') ? own.indexOf('--') : own.length;
const { values } = parseArgs({
  args: own.slice(0, cut),
  options: {
    rows: { type: 'string', default: '100000' },
    columns: { type: 'string', default: '500' },
    only: {
      type: 'string',
      default:
        'localities,associations,modules,description,signs,significance,replication,components,neighborhoods,writing',
    },
    after: { type: 'string', default: '0,1000' },
  },
});
const main = join(import.meta.dirname, '../dist/cli/main.js');
const { features, map } = madeTable(Number(values.rows), Number(values.columns), 1);
const [x, y] = [writeNpy('X.npy', features), writeNpy('map.npy', map)];

/** What lies beside the output folder with its name, and in it. */
const leftOf = (out) => [
  ...readdirSync(dirname(out)).filter((name) => name !== basename(out) && name.includes(basename(out))),
  ...(existsSync(out) ? readdirSync(out) : []),
];

/** Milliseconds from the signal, so long after the stage was told, to the end; null where the command was over before. */
function interrupted(stage, after) {
  const out = join(folder, `out-${stage}-${after}`);
  const options = [
    'explain',
    x,
    '-e',
    y,
    '--threads',
    '2',
    '--messages',
    'json',
    '-o',
    out,
    ...own.slice(cut + 1),
  ];
  const child = spawn(process.execPath, [main, ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
  let sent = null;
  let timer = null;
  child.stderr.setEncoding('utf8').on('data', (text) => {
    if (timer !== null || !text.includes(`"stage":"${stage}"`)) return;
    timer = setTimeout(() => {
      sent = performance.now();
      child.kill('SIGINT');
    }, after);
  });
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      const took = sent === null ? null : performance.now() - sent;
      const left = leftOf(out);
      rmSync(out, { recursive: true, force: true });
      resolve({ took: code === 0 ? null : took, how: signal ?? `exit code ${code}`, left });
    });
  });
}

const rows = [];
let failed = false;
for (const stage of values.only.split(',')) {
  for (const after of values.after.split(',').map(Number)) {
    const { took, how, left } = await interrupted(stage, after);
    failed ||= (took ?? 0) > 100 || (took !== null && left.length > 0);
    const words = took === null ? 'over before' : Math.round(took);
    rows.push([stage, after, words, how, took === null ? '' : left.length]);
    console.error(rows.at(-1).join(' | '));
  }
}
console.log(`${machine()}\n\n${values.rows} x ${values.columns}, two threads.\n`);
console.log(table(['stage', 'ms into it', 'ms to the end', 'ended by', 'files left'], rows));
process.exitCode = failed ? 1 : 0;
