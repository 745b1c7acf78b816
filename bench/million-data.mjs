// A large sparse .h5ad with planted programmes, written a block of samples at a time: about 5% of the cells are stored.
//
// Samples lie around 40 places of a map. Eight programmes of 12 features each are active in a third of the places:
// there the features follow a score of the sample (correlation about 0.5), elsewhere they are rare and independent.
// All other features are independent given the place; a third of them are commoner in some places than in others, so
// that correlation over all samples is confounded.
import { File, ready } from 'h5wasm/node';
import { createRandom } from '../dist/core/random.js';

export const PROGRAMMES = 8;
export const PROGRAMME_FEATURES = 12;
const PLACES = 40;
const PLANTED = PROGRAMMES * PROGRAMME_FEATURES;
const GROUPS = 32;
const BLOCK_ROWS = 4096;
const CHUNK = 2 ** 18;

/** Whether programme k is active at a place: a third of the places, other ones for each. */
export const isActive = (k, place) => (place * 7 + k * 5) % 24 < 8;
export const placeOf = (row) => row % PLACES;
export const featureName = (f) =>
  f < PLANTED ? `P${Math.floor(f / PROGRAMME_FEATURES)}-${f % PROGRAMME_FEATURES}` : `f${f}`;

/** Writes the file; returns the number of cells stored. */
export async function writeMillion(path, rows, columns, seed = 0) {
  await ready;
  const file = new File(path, 'w');
  const group = file.create_group('X');
  group.create_attribute('encoding-type', 'csr_matrix');
  group.create_attribute('encoding-version', '0.1.0');
  group.create_attribute('shape', [rows, columns], [2], '<i8');
  const growing = (name, dtype) =>
    group.create_dataset({
      name,
      dtype,
      data: emptyOf(dtype),
      shape: [0],
      maxshape: [null],
      chunks: [CHUNK],
    });
  const data = growing('data', '<f4');
  const indices = growing('indices', '<i4');
  const offsets = new BigInt64Array(rows + 1);
  const map = new Float32Array(rows * 2);
  const draw = newDraw(columns, createRandom(seed, 'million'));
  let stored = 0;
  for (let first = 0; first < rows; first += BLOCK_ROWS) {
    const block = { values: [], columns: [] };
    for (let row = first; row < Math.min(rows, first + BLOCK_ROWS); row++) {
      draw(row, map, block);
      offsets[row + 1] = BigInt(stored + block.values.length);
    }
    const end = stored + block.values.length;
    for (const [set, list] of [
      [data, Float32Array.from(block.values)],
      [indices, Int32Array.from(block.columns)],
    ]) {
      set.resize([end]);
      set.write_slice([[stored, end]], list);
    }
    stored = end;
  }
  group.create_dataset({ name: 'indptr', data: offsets });
  for (const [axis, names] of [
    ['obs', Array.from({ length: rows }, (_, r) => `c${r}`)],
    ['var', Array.from({ length: columns }, (_, f) => featureName(f))],
  ]) {
    const frame = file.create_group(axis);
    frame.create_attribute('_index', '_index');
    frame.create_attribute('encoding-type', 'dataframe');
    frame.create_attribute('encoding-version', '0.2.0');
    frame.create_attribute('column-order', [], [0], 'S1');
    frame.create_dataset({ name: '_index', data: names, dtype: 'S8' });
  }
  const obsm = file.create_group('obsm');
  obsm.create_dataset({ name: 'X_umap', data: map, shape: [rows, 2] });
  file.close();
  return stored;
}

const emptyOf = (dtype) => (dtype === '<f4' ? new Float32Array(0) : new Int32Array(0));

/** Draws the place and the cells of one sample, columns ascending. */
function newDraw(columns, random) {
  const centers = Float64Array.from({ length: 2 * PLACES }, () => 30 * random.uniform());
  const width = Math.ceil((columns - PLANTED) / GROUPS);
  // a few in two of five samples, most in less than one of a hundred
  const densities = Array.from({ length: GROUPS }, (_, g) => 0.4 * 0.005 ** ((g / (GROUPS - 1)) ** 0.7));
  const shifts = Float64Array.from({ length: GROUPS * PLACES }, (_, i) =>
    Math.floor(i / PLACES) % 3 === 0 ? 0.4 + 1.2 * random.uniform() : 1,
  );
  return (row, map, block) => {
    const place = placeOf(row);
    for (let axis = 0; axis < 2; axis++)
      map[2 * row + axis] = centers[2 * place + axis] + 0.5 * random.normal();
    for (let k = 0; k < PROGRAMMES; k++) {
      const active = isActive(k, place);
      const score = random.normal();
      for (let f = 0; f < PROGRAMME_FEATURES; f++) {
        const noise = random.normal();
        const value = active ? 0.8 * score + 0.6 * noise - 0.8 : noise - 2;
        if (value <= 0) continue;
        block.columns.push(k * PROGRAMME_FEATURES + f);
        block.values.push((1 + f / 20) * (2 * value + 0.5));
      }
    }
    for (let g = 0; g < GROUPS; g++) {
      const rare = 1 / Math.log(1 - densities[g] * shifts[g * PLACES + place]);
      const from = PLANTED + g * width;
      const end = Math.min(columns, from + width);
      // steps between stored cells are geometric
      let f = from + Math.floor(Math.log(1 - random.uniform()) * rare);
      for (; f < end; f += 1 + Math.floor(Math.log(1 - random.uniform()) * rare)) {
        block.columns.push(f);
        block.values.push(0.6 + 0.6 * random.uniform());
      }
    }
  };
}
