// Where descent becomes faster than comparing all rows: node bench/crossover.mjs [--write]
// Made data of 50 and 784 columns, 2 threads, k = 15. src/neighbors/index.ts holds the threshold read from it.
import { join } from 'node:path';
import { createRandom } from '../dist/core/random.js';
import { createWasmEngine } from '../dist/engine/wasm/engine.js';
import { madeTable } from './data.mjs';
import { alternate, machine, table, writeSection } from './measure.mjs';

const engine = await createWasmEngine({ threads: 2 });
const rows = [];
const SIZES = { 50: [5000, 10_000, 20_000], 784: [2500, 5000, 10_000] };
for (const columns of [50, 784]) {
  for (const count of SIZES[columns]) {
    const { features } = madeTable(count, columns);
    const { exact, descent } = await alternate(1, {
      exact: () => engine.nearest(features, features, { k: 15, metric: 'euclidean', excludeSelf: true }),
      descent: () =>
        engine.nearestApproximate(features, { k: 15, metric: 'euclidean', random: createRandom(0) }),
    });
    const cells = [exact.cpu.median, descent.cpu.median, exact.cpu.median / descent.cpu.median];
    rows.push([columns, count, ...cells.map((value) => value.toFixed(2))]);
  }
}
await engine.close();
const text = `${machine()}\n\n${table(['columns', 'rows', 'exact CPU s', 'descent CPU s', 'exact / descent'], rows)}`;
console.log(text);
if (process.argv.includes('--write'))
  writeSection(join(import.meta.dirname, 'RESULTS.md'), 'Crossover of exact and approximate neighbors', text);
