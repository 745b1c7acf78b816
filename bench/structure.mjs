// Are the structure tests right where the truth is known? Sets of bench/structure-sets.mjs, mapped by UMAP and t-SNE.
// Usage: node bench/structure.mjs [--kinds two,torn,...] [--methods umap,tsne] [--sets 40] [--first 0] [--json FILE] [--tell]
// or, from files that --json wrote: node bench/structure.mjs --table FILE
// Prints a table: maps, claims (everything that the map shows and one selected region), and of the claims those that are right,
// open ("cannot be told") and false; then sets without a false claim of which most claims are right.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { traceStructure } from 'whymap/trust';
import { createContext } from '../dist/engine/context.js';
import { isTrue, KIND_NAMES, METHOD_NAMES, makeSet } from './structure-sets.mjs';

const { values } = parseArgs({
  options: {
    kinds: { type: 'string', default: KIND_NAMES.join() },
    methods: { type: 'string', default: METHOD_NAMES.join() },
    sets: { type: 'string', default: '40' },
    first: { type: 'string', default: '0' },
    json: { type: 'string' },
    tell: { type: 'boolean', default: false },
    table: { type: 'string' },
  },
});

const NO_COUNTS = { shown: 0, claims: 0, right: 0, open: 0, wrong: 0, setsRight: 0, setsWrong: 0 };

if (values.table) console.log(markdown(JSON.parse(readFileSync(values.table, 'utf8'))));
else await measureAll();

/** Measures all kinds by all methods; each is kept as soon as it is measured. */
async function measureAll() {
  const context = await createContext({ engine: 'wasm', threads: 1 });
  for (const kind of values.kinds.split(',')) {
    for (const method of values.methods.split(',')) keep(await measure(kind, method, context));
  }
  await context.close();
}

/** Adds a run to the file of `--json`. */
function keep(run) {
  if (!values.json) return;
  const before = existsSync(values.json) ? JSON.parse(readFileSync(values.json, 'utf8')) : [];
  writeFileSync(values.json, `${JSON.stringify([...before, run], null, 1)}\n`);
}

/** A table of all runs in a file, those of one kind and method added up. */
function markdown(runs) {
  const sums = new Map();
  for (const run of runs) {
    const key = `${run.kind} | ${run.method}`;
    const sum = sums.get(key) ?? { sets: 0, ...NO_COUNTS };
    for (const name of Object.keys(sum)) sum[name] += run[name];
    sums.set(key, sum);
  }
  const share = (count, of) => (of === 0 ? '-' : `${((100 * count) / of).toFixed(1)}%`);
  return [
    '| set | map | sets | show structure | claims | right | cannot be told | false | sets right | sets with a false claim |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...[...sums].map(([key, sum]) => {
      const { sets, shown, claims, right, open, wrong, setsRight, setsWrong } = sum;
      const shares = [right, open, wrong].map((count) => share(count, claims)).join(' | ');
      return `| ${key} | ${sets} | ${shown} | ${claims} | ${shares} | ${setsRight} | ${setsWrong} |`;
    }),
  ].join('\n');
}

/** Counts of one kind and method. */
async function measure(kind, method, context) {
  const started = performance.now();
  const total = {
    kind,
    method,
    sets: Number(values.sets),
    first: Number(values.first),
    ...NO_COUNTS,
    byKind: {},
  };
  for (let seed = Number(values.first); seed < Number(values.first) + total.sets; seed++) {
    const set = await makeSet(kind, method, seed, context);
    const input = {
      features: set.features,
      embedding: set.map,
      regions: [{ name: 'selection', rows: set.region }],
    };
    const { structures, found } = await traceStructure(
      input,
      {},
      { ...context, random: context.random.stream(`set-${seed}`) },
    );
    const shown = found.clusters.map(({ rows: own }) => own);
    const counts = { right: 0, open: 0, wrong: 0 };
    for (const structure of structures) {
      const truth = isTrue(structure, set, shown);
      if (truth === null) continue;
      const outcome = outcomeOf(truth, structure.answer);
      counts[outcome]++;
      const kinds = (total.byKind[`${structure.kind} ${truth}`] ??= { right: 0, open: 0, wrong: 0 });
      kinds[outcome]++;
      if (values.tell && outcome !== 'right') console.log(`  set ${seed}, ${outcome}: ${structure.text}`);
    }
    total.shown += structures.some(({ name }) => name !== 'selection') ? 1 : 0;
    for (const outcome of Object.keys(counts)) total[outcome] += counts[outcome];
    total.claims += counts.right + counts.open + counts.wrong;
    total.setsWrong += counts.wrong > 0 ? 1 : 0;
    total.setsRight += counts.wrong === 0 && counts.right > counts.open ? 1 : 0;
  }
  const seconds = (performance.now() - started) / 1000;
  const percent = (count, of) => `${((100 * count) / Math.max(1, of)).toFixed(1)}%`;
  console.log(
    `${kind.padEnd(8)}${method.padEnd(6)} ${total.sets} sets, ${total.shown} show structure, ${total.claims} claims: ` +
      `right ${percent(total.right, total.claims)}, open ${percent(total.open, total.claims)}, false ${percent(total.wrong, total.claims)}; ` +
      `sets right ${total.setsRight}, with a false claim ${total.setsWrong} (${seconds.toFixed(0)} s)`,
  );
  return total;
}

/** Whether an answer fits the truth. */
function outcomeOf(truth, answer) {
  if (answer === 'cannot be told') return 'open';
  return (answer === 'in the data') === truth ? 'right' : 'wrong';
}
