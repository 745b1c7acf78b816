// One size of bench/growth.mjs: node growth-one.mjs ROWS. Prints one JSON line.
import { explain } from 'whymap';
import { createWasmEngine } from '../dist/engine/wasm/engine.js';
import { neighbors } from '../dist/neighbors/index.js';
import { asInput, madeTable } from './data.mjs';
import { cpuSeconds } from './measure.mjs';

const rows = Number(process.argv[2]);
const data = madeTable(rows, 50);
const engine = await createWasmEngine({ threads: 2 });

async function timed(work) {
  const cpu = cpuSeconds();
  const start = performance.now();
  const result = await work();
  return { result, wall: (performance.now() - start) / 1000, cpu: cpuSeconds() - cpu };
}

const near = await timed(() => neighbors(data.features, { k: 15, method: 'approximate' }, { engine }));
const options = { localitySize: 200, overlap: 3, modules: 12, draws: 0, refits: 0 };
const explained = await timed(() => explain(asInput(data), options, { engine }));
await engine.close();
const { wall, cpu } = near;
console.log(
  JSON.stringify({
    rows,
    neighbors: { wall, cpu, recall: near.result.recall },
    lava: { wall: explained.wall, cpu: explained.cpu, timings: explained.result.timings },
    peak: process.resourceUsage().maxRSS * 1024,
  }),
);
