// node bench/embed.mjs [--method umap|tsne] [--features X.npy] [--rows N] [--runs 3] [--steps N] [--write]
// compare-embeddings.mjs says what is compared. Without --features: 10,000 made rows of 50 columns.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareEmbeddings, rowsOf } from './compare-embeddings.mjs';
import { machine, table, writeSection } from './measure.mjs';

const { values } = parseArgs({
  options: {
    method: { type: 'string', default: 'umap' },
    features: { type: 'string' },
    rows: { type: 'string' },
    runs: { type: 'string', default: '3' },
    steps: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const { method } = values;
const features = await rowsOf(values.features, values.rows && Number(values.rows));
const steps = values.steps && Number(values.steps);
const { ours, theirs } = await compareEmbeddings(method, features, Number(values.runs), steps);

const least = (list, key) => Math.min(...list.map((one) => one[key]));
const middle = (list, key) => list.map((one) => one[key]).sort((a, b) => a - b)[list.length >> 1];
const line = (name, list) => [
  name,
  middle(list, 'wall').toFixed(1),
  least(list, 'wall').toFixed(1),
  least(list, 'cpu').toFixed(1),
  (list[0].peak / 2 ** 30).toFixed(2),
  list.map((one) => one.trust.toFixed(4)).join(', '),
  list.map((one) => one.loss?.toFixed(4) ?? '').join(', '),
];
const lines = [line(`whymap ${method}, 2 threads`, ours)];
if (theirs.length > 0) {
  lines.push(line(method === 'umap' ? 'umap-learn, 2 threads' : 'openTSNE (FIt-SNE), 2 threads', theirs));
  const ratio = (pick, key) => (pick(theirs, key) / pick(ours, key)).toFixed(2);
  lines.push(['ratio', ratio(middle, 'wall'), ratio(least, 'wall'), ratio(least, 'cpu'), '', '', '']);
}
const head = [
  'program',
  'median wall s',
  'least wall s',
  'least CPU s',
  'peak GiB',
  'trustworthiness',
  'divergence',
];
const name = values.features ? 'given features' : 'made points';
const heading = `${method === 'umap' ? 'UMAP' : 't-SNE'}, ${name}, ${features.rows} x ${features.columns}`;
const text = `${machine()}\n\n${values.runs} runs each in turns, neighbors and start included.\n\n${table(head, lines)}`;
console.log(`## ${heading}\n\n${text}\n`);
if (values.write) writeSection(join(import.meta.dirname, 'RESULTS.md'), heading, text);
