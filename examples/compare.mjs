import { explain } from 'whymap';
import { compareConditions, conditionSentences } from 'whymap/lava';

// Made data: eight donors, four of them ill, 120 cells each. Six features go together in the cells of the ill only.
const [donors, cells, features] = [8, 120, 14];
const rows = donors * cells;
let state = 7;
const uniform = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const normal = () => Array.from({ length: 12 }, uniform).reduce((sum, value) => sum + value, -6);
const donorOf = Int32Array.from({ length: rows }, (_, cell) => Math.floor(cell / cells));
const data = Float32Array.from({ length: rows * features }, normal);
for (let cell = 0; cell < rows; cell++) {
  const programme = normal();
  for (let f = 0; f < 6; f++) if (donorOf[cell] < 4) data[cell * features + f] += 1.2 * programme;
}
const column = (name, levels, codes) => ({ name, kind: 'categorical', levels, codes });
const table = {
  features: { rows, columns: features, data },
  featureNames: Array.from({ length: features }, (_, f) => `gene ${f + 1}`),
  ids: null,
  labels: null,
  metadata: [
    column(
      'disease',
      ['ill', 'well'],
      donorOf.map((donor) => (donor < 4 ? 0 : 1)),
    ),
    column(
      'donor',
      Array.from({ length: donors }, (_, donor) => `donor ${donor + 1}`),
      donorOf,
    ),
  ],
  source: { name: 'made', sha256: null },
  dropped: { rows: 0, features: [] },
  warnings: [],
};
const coordinates = { rows, columns: 2, data: Float32Array.from({ length: 2 * rows }, normal) };
const embedding = { coordinates, ids: null, source: { name: 'made', sha256: null } };

const explanation = await explain(
  { table, embedding },
  { localitySize: 100, modules: 2, draws: 0, refits: 0 },
);
const request = { condition: 'disease', case: 'ill', control: 'well', replicate: 'donor' };
const found = await compareConditions({ explanation, table }, request);
console.log(conditionSentences(found).join('\n'));
