// How far explanations of related data are apart, on data of one's own: a table in Markdown.
//   node bench/metamorphic.mjs NAME FEATURES.npy MAP.npy [--rows N] [--modules M] [--draws N] [--only RELATION] [--key X_umap] [--seed 1]
// FEATURES and MAP may be one .h5ad with --key. "Another covering" is the yardstick: the same data with probes started elsewhere.
import { parseArgs } from 'node:util';
import { createContext } from 'whymap';
import { toDense } from '../dist/core/csr.js';
import { pathSource, readEmbedding, readTable } from '../dist/io/index.js';
import { explain } from '../dist/lava/explain.js';
import { compare, inputOf, RELATIONS } from './relations.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string' },
    modules: { type: 'string', default: '12' },
    draws: { type: 'string', default: '199' },
    only: { type: 'string' },
    key: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const [name, featuresPath, mapPath] = positionals;
const seed = Number(values.seed);
const firstRows = ({ columns, data, rows }) => {
  const kept = Math.min(rows, Number(values.rows ?? rows));
  return { rows: kept, columns, data: Float32Array.from(data.subarray(0, kept * columns)) };
};
const features = firstRows(toDense((await readTable(pathSource(featuresPath), {})).features));
const map = firstRows((await readEmbedding(pathSource(mapPath), { key: values.key })).coordinates);
const context = await createContext({ seed });
const run = (made, extra) =>
  explain(
    inputOf(made.features ?? features, made.coordinates ?? map, made.columns),
    { modules: Number(values.modules), draws: Number(values.draws), refits: 0, ...extra },
    context,
  );

const first = await run({}, {});
const { size: localitySize, overlap } = first.localities;
const fixed = { localitySize, overlap };
const line = (relation, { least, mean, loading, presence, turned, border }) =>
  console.log(
    `| ${name} | ${relation} | ${least.toFixed(6)} | ${mean.toFixed(6)} | ${loading.toExponential(0)} | ${presence.toExponential(0)} | ${turned} | ${border} |`,
  );
console.error(
  `${features.rows} x ${features.columns}, n ${localitySize}, overlap ${overlap}, ${first.localities.count} localities`,
);
for (const [relation, { make }] of Object.entries(RELATIONS)) {
  if (values.only && !relation.startsWith(values.only)) continue;
  const made = make({ features, map, seed, localitySize });
  line(relation, compare(first, await run(made, { ...fixed, ...made.options }), made));
}
if (!values.only) line('*another covering*', compare(first, await run({}, { ...fixed, covering: 1 }), {}));
await context.close();
process.exit(0);
