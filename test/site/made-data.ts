/** Files under the names that the documentation uses: cells with a map, a survey, pictures with latents, sentences with words. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../src/core/random.js';
import { writeNpy } from '../../src/io/index.js';
import { makeAnndata } from '../io/store/make-anndata.js';

const ROWS = 240;
const LEVELS = {
  cell_type: (row: number) => ['B', 'T', 'B cells', 'monocyte'][row % 4],
  disease: (row: number) => (row % 8 < 4 ? 'DKD' : 'normal'),
  region: (row: number) => (row % 3 === 0 ? 'glomerulus' : 'tubule'),
  donor: (row: number) => `${row % 8 < 4 ? 'k' : 'n'}${Math.floor(row / 8) % 4}`,
  slide: (row: number) => `s${Math.floor(row / 8) % 4}`,
};

/** Four groups on the map; a hidden factor moves some features together inside each. */
function makeValues(columns: number, seed: number) {
  const random = createRandom(seed);
  const values = new Float32Array(ROWS * columns);
  const map = new Float32Array(ROWS * 2);
  for (let r = 0; r < ROWS; r++) {
    const factor = random.normal();
    map[2 * r] = 8 * (r % 2) + random.normal();
    map[2 * r + 1] = 8 * ((r >> 1) % 2) + random.normal();
    for (let c = 0; c < columns; c++) {
      const together = c % 4 === r % 4 || c % 5 === 0 ? 1.5 * factor : 0;
      values[r * columns + c] = 4 + (c % 3) * (r % 2) + together + random.normal();
    }
  }
  return { values, map };
}

const lines = (rows: (string | number)[][]) => `${rows.map((row) => row.join(',')).join('\n')}\n`;
const matrixRows = (values: Float32Array, columns: number) =>
  Array.from({ length: ROWS }, (_, r) => [...values.subarray(r * columns, (r + 1) * columns)]);

/** Writes all files into the folder. */
export async function makeDocumentationData(folder: string): Promise<void> {
  const at = (name: string) => join(folder, name);
  const ids = Array.from({ length: ROWS }, (_, r) => `cell-${r}`);
  const genes = ['CD3D', 'CD3E', ...Array.from({ length: 58 }, (_, c) => `GENE${c}`)];
  const cells = makeValues(genes.length, 1);
  // logged values: none below 0
  for (const [at, value] of cells.values.entries()) cells.values[at] = Math.max(0, value);
  const byId = (names: string[], values: Float32Array) =>
    lines([['id', ...names], ...matrixRows(values, names.length).map((row, r) => [ids[r], ...row])]);
  const obs = Object.fromEntries(
    Object.entries(LEVELS).map(([name, levelOf]) => [name, ids.map((_, r) => levelOf(r))]),
  );
  await makeAnndata(at('cells.h5ad'), {
    layout: 'dense',
    rows: ROWS,
    columns: genes.length,
    values: cells.values,
    ids,
    featureNames: genes,
    obsm: { X_umap: cells.map, X_umap_integrated: cells.map },
    obs,
  });
  for (const name of ['expression.csv', 'features.csv', 'cells.csv'])
    writeFileSync(at(name), byId(genes, cells.values));
  for (const name of ['umap.csv', 'embedding.csv']) writeFileSync(at(name), byId(['x', 'y'], cells.map));
  writeFileSync(
    at('programmes.gmt'),
    'T cells\tmade\tCD3D\tCD3E\tGENE0\nothers\tmade\tGENE1\tGENE2\tGENE3\n',
  );

  const answers = ['age', 'income', 'trust', 'hours', 'rooms', 'distance'];
  const survey = makeValues(answers.length, 2);
  const groups = Array.from({ length: ROWS }, (_, r) => (r % 2 ? 'a' : 'b'));
  const rows = matrixRows(survey.values, answers.length).map((row, r) => [ids[r], ...row, groups[r]]);
  writeFileSync(at('survey.csv'), lines([['id', ...answers, 'group'], ...rows]));
  writeFileSync(at('map.csv'), byId(['x', 'y'], survey.map));

  const pictures = makeValues(784, 3);
  writeFileSync(at('images.npy'), writeNpy(pictures.values, [ROWS, 784]));
  writeFileSync(at('latent.npy'), writeNpy(pictures.map, [ROWS, 2]));
  for (const [name, seed] of [
    ['old.npy', 1],
    ['new.npy', 2],
  ] as const)
    writeFileSync(at(name), writeNpy(makeValues(20, seed).values, [ROWS, 20]));

  const sentences = makeValues(30, 4);
  const words = ['the', 'my', 'do', "doesn't", 'is', ...Array.from({ length: 25 }, (_, c) => `word${c}`)];
  writeFileSync(at('words.csv'), byId(words, sentences.values));
  writeFileSync(at('vectors.npy'), writeNpy(sentences.map, [ROWS, 2]));
  writeFileSync(at('words.npy'), writeNpy(sentences.values, [ROWS, words.length]));
  writeFileSync(at('words.json'), JSON.stringify(words));
  writeFileSync(at('intents.json'), JSON.stringify(ids.map((_, row) => `intent ${row % 4}`)));
}
