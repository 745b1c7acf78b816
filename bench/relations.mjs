// Relations that an explanation has to keep: the same data in another order, unit or position give the same modules.
// Used by bench/metamorphic.mjs (figures on real data) and test/lava/metamorphic.test.ts.
import { createRandom, permutation } from '../dist/core/random.js';
import { matchLoadings } from '../dist/lava/evaluate/holdout.js';

const rowsOf = (matrix, order) => {
  const { columns, data } = matrix;
  const result = new Float32Array(order.length * columns);
  order.forEach((row, r) => {
    result.set(data.subarray(row * columns, (row + 1) * columns), r * columns);
  });
  return { rows: order.length, columns, data: result };
};
const columnsOf = ({ rows, data, columns }, order) => {
  const result = new Float32Array(rows * order.length);
  for (let r = 0; r < rows; r++)
    for (let i = 0; i < order.length; i++) result[r * order.length + i] = data[r * columns + order[i]];
  return { rows, columns: order.length, data: result };
};
const mapped = (matrix, value) => ({
  ...matrix,
  data: matrix.data.map((v, i) => value(v, i % matrix.columns, Math.floor(i / matrix.columns))),
});
const same = (count) => Int32Array.from({ length: count }, (_, i) => i);
const doubled = (count) => Int32Array.from({ length: 2 * count }, (_, i) => i % count);
const moved = (coordinates) => ({ coordinates });

/** The map turned by an angle about its origin, in double precision before it is rounded. */
export const turned =
  (angle) =>
  ({ map }) => {
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const { data } = map;
    return moved(
      mapped(map, (_, axis, r) =>
        axis === 0 ? c * data[2 * r] - s * data[2 * r + 1] : s * data[2 * r] + c * data[2 * r + 1],
      ),
    );
  };

/**
 * Each relation: what it makes of { features, map, seed }: features, coordinates or options, with the order of rows and
 * columns in which the result is compared; and what has to stay: `bytes`, `rounding`, or `covering` (another covering of the map).
 */
export const RELATIONS = {
  'rows permuted': {
    keeps: 'bytes',
    make: ({ features, map, seed }) => {
      const rows = permutation(features.rows, createRandom(seed, 'rows'));
      return { features: rowsOf(features, rows), coordinates: rowsOf(map, rows), rows };
    },
  },
  'rows 0 and 1 swapped': {
    keeps: 'bytes',
    make: ({ features, map }) => {
      const rows = same(features.rows);
      rows.set([1, 0]);
      return { features: rowsOf(features, rows), coordinates: rowsOf(map, rows), rows };
    },
  },
  'columns permuted': {
    keeps: 'rounding',
    make: ({ features, seed }) => {
      const columns = permutation(features.columns, createRandom(seed, 'columns'));
      return { features: columnsOf(features, columns), columns };
    },
  },
  'features times powers of two': {
    keeps: 'bytes',
    make: ({ features, seed }) => ({ features: mapped(features, (v, c) => v * 2 ** (((seed + c) % 9) - 4)) }),
  },
  'features times and plus constants': {
    keeps: 'input',
    make: ({ features, seed }) => ({
      features: mapped(features, (v, c) => (1 + ((seed + c) % 7)) * v + (c % 5)),
    }),
  },
  'every other feature negated': {
    keeps: 'bytes',
    make: ({ features, seed }) => ({ features: mapped(features, (v, c) => ((c + seed) % 2 ? -v : v)) }),
  },
  'a constant feature added': {
    keeps: 'rounding',
    make: ({ features, seed }) => {
      const columns = same(features.columns + 1).map((c) => Math.min(c, features.columns - 1));
      const wider = columnsOf(features, columns);
      return {
        features: mapped(wider, (v, c) => (c === features.columns ? seed : v)),
        columns: same(features.columns),
      };
    },
  },
  'map times 4': { keeps: 'bytes', make: ({ map }) => moved(mapped(map, (v) => 4 * v)) },
  'a constant dimension added to the map': {
    keeps: 'bytes',
    make: ({ map }) =>
      moved(mapped(columnsOf(map, [...same(map.columns), 0]), (v, c) => (c === map.columns ? 3 : v))),
  },
  'map mirrored': { keeps: 'bytes', make: ({ map }) => moved(mapped(map, (v, c) => (c === 0 ? -v : v))) },
  'axes of the map swapped': {
    keeps: 'bytes',
    make: ({ map }) => moved(columnsOf(map, [...same(map.columns)].reverse())),
  },
  'map turned by 1 radian': { keeps: 'covering', make: turned(1) },
  'all rows twice, n doubled': {
    keeps: 'covering',
    make: ({ features, map, localitySize }) => {
      const rows = doubled(features.rows);
      return {
        features: rowsOf(features, rows),
        coordinates: rowsOf(map, rows),
        // support and gate at the same share of samples and the same correlation
        options: {
          localitySize: 2 * localitySize,
          support: 2 * Math.max(10, Math.ceil(0.1 * localitySize)),
          gate: 3 * Math.sqrt((2 * localitySize - 1) / (localitySize - 1)),
        },
      };
    },
  },
};

/** Input of `explain` for features and a map; features are named by their place, so names travel with `columns`. */
export function inputOf(features, coordinates, columns = same(features.columns)) {
  const source = { name: 'made', sha256: null };
  const featureNames = Array.from({ length: features.columns }, (_, i) => `f${columns[i] ?? `new${i}`}`);
  const dropped = { rows: 0, features: [] };
  const table = { features, featureNames, ids: null, labels: null, source, dropped, warnings: [] };
  return { table, embedding: { coordinates, ids: null, source } };
}

const kindOf = ({ significance }) => {
  if (!significance) return 'none';
  if (significance.verdict === 'border') return 'border';
  return significance.significant ? 'significant' : 'not';
};

/**
 * How far two explanations of related data are apart.
 * @param made what the relation made. @param columns of the features that both have.
 * @returns least and mean matched cosine, largest differences of loadings and of presence of the matched modules, and how many
 *   verdicts went between significant and not (`turned`) or to and from the border (`border`).
 */
export function compare(first, second, made) {
  const back = Array.from(made.columns ?? same(first.modules.loadings.columns));
  const place = Int32Array.from(back.keys()).sort((a, b) => back[a] - back[b]);
  const loadings = columnsOf(second.modules.loadings, place);
  const matches = matchLoadings(first.modules.loadings, loadings);
  const [d, K] = [first.modules.loadings.columns, first.modules.count];
  let [loading, presence] = [0, 0];
  const order = made.rows ?? same(first.samplePresence.rows);
  matches.forEach(({ other }, k) => {
    if (other < 0) return;
    for (let f = 0; f < d; f++)
      loading = Math.max(
        loading,
        Math.abs(first.modules.loadings.data[k * d + f] - loadings.data[other * d + f]),
      );
    order.forEach((row, r) => {
      const [a, b] = [
        first.samplePresence.data[row * K + k],
        second.samplePresence.data[r * second.modules.count + other],
      ];
      presence = Math.max(presence, Math.abs(a - b));
    });
  });
  const pairs = matches.map(({ other }, k) => [
    kindOf(first.descriptions[k]),
    other < 0 ? 'not' : kindOf(second.descriptions[other]),
  ]);
  const cosines = matches.map(({ cosine }) => cosine);
  return {
    least: Math.min(...cosines),
    mean: cosines.reduce((a, b) => a + b, 0) / cosines.length,
    loading,
    presence,
    turned: pairs.filter(([a, b]) => a !== b && a !== 'border' && b !== 'border').length,
    border: pairs.filter(([a, b]) => a !== b && (a === 'border' || b === 'border')).length,
  };
}
