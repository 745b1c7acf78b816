// Reads files that Python handed over, by the engine's own readers: a request a line, an answer a line.
// { path, embedding, label } -> { rows, columns, ids, names, labels, moved (whether columns were stored near zero or scaled),
// values (hex, row by row, as they are in the file: float32, or float64 where columns were moved) } or { error, text }

import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const part = (path) => import(pathToFileURL(join(process.argv[2], 'dist', path)).href);
const { readTable, readEmbedding, pathSource } = await part('io/index.js');
const { trueValues } = await part('core/units.js');

function dense(matrix) {
  if (matrix.data) return matrix;
  const { rows, columns, offsets, indices, values, units } = matrix;
  const filled = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let p = offsets[r]; p < offsets[r + 1]; p++) filled[r * columns + indices[p]] = values[p];
  }
  return { rows, columns, data: filled, units };
}

async function answer({ path, embedding, label }) {
  const source = pathSource(path);
  const found = embedding
    ? await readEmbedding(source, { key: embedding })
    : await readTable(source, { normalize: 'none', label });
  const matrix = embedding ? found.coordinates : found.features;
  const table = dense(matrix);
  const values = table.units ? trueValues(table) : table.data;
  return {
    rows: matrix.rows,
    columns: matrix.columns,
    ids: found.ids,
    names: found.featureNames ?? null,
    labels: found.labels ?? null,
    moved: matrix.units !== undefined,
    values: Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex'),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  let text;
  try {
    text = JSON.stringify(await answer(JSON.parse(line)));
  } catch (error) {
    text = JSON.stringify({ error: error.code ?? 'defect', text: error.message });
  }
  process.stdout.write(`${text}\n`);
}
