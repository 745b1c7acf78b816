// An explanation of any number of samples made from groups of points, to measure and test the viewer with: what it
// says is made up, its shapes are those of a real one. The same number of rows gives the same explanation.
const GROUPS = 16;
const FEATURES = 40;
const LOCALITIES = 200;
const SIZE = 500;
const VALUES = 8;

function stream(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}

function normal(random) {
  return Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
}

const matrix = (rows, columns, data = new Float32Array(rows * columns)) => ({ rows, columns, data });

export function madeMap(rows, modules = 12) {
  const random = stream(7);
  const centers = Array.from({ length: GROUPS }, (_, g) => {
    const [angle, reach] = [g * 2.399963, 10 * Math.sqrt((g + 0.5) / GROUPS)];
    return [reach * Math.cos(angle), reach * Math.sin(angle)];
  });
  const coordinates = matrix(rows, 2);
  const presence = matrix(rows, modules);
  const group = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const g = Math.floor(random() * GROUPS);
    group[row] = g;
    coordinates.data[2 * row] = centers[g][0] + 0.9 * normal(random);
    coordinates.data[2 * row + 1] = centers[g][1] + 0.9 * normal(random);
    for (const m of [g % modules, (g * 5) % modules]) presence.data[row * modules + m] = 0.3 + 0.7 * random();
  }
  const localities = madeLocalities(coordinates, random);
  const atLocality = matrix(LOCALITIES, modules);
  for (let l = 0; l < LOCALITIES; l++) {
    const row = localities.members[l * localities.size];
    for (let m = 0; m < modules; m++) atLocality.data[l * modules + m] = presence.data[row * modules + m];
  }
  const loadings = matrix(modules, FEATURES);
  const descriptions = Array.from({ length: modules }, (_, m) => describe(m, modules, presence, loadings));
  return {
    rows,
    featureNames: Array.from({ length: FEATURES }, (_, f) => `feature ${f}`),
    ids: null,
    labels: Array.from(group, (g) => `group ${g}`),
    embedding: { coordinates, ids: null, source: { name: 'made map', sha256: null } },
    localities,
    modules: {
      count: modules,
      form: 'symmetric',
      loadings,
      presence: atLocality,
      share: Float64Array.from(descriptions, ({ share }) => share),
      explained: 0.5,
      patterns: null,
      loss: [0.6, 0.5],
    },
    samplePresence: presence,
    descriptions,
    associationCounts: {
      pairs: LOCALITIES * 780,
      kept: 60000,
      withoutSupport: 1000,
      belowGate: 95000,
      constant: 0,
      neverSupported: new Int32Array(0),
    },
    options: { seed: 0 },
    image: null,
    values: madeValues(coordinates, group, random),
    warnings: [],
    engine: { name: 'wasm', reason: 'made', threads: 1 },
    timings: {},
  };
}

function madeLocalities(coordinates, random) {
  const { rows, data } = coordinates;
  const size = Math.min(SIZE, Math.max(3, Math.floor(rows / 20)));
  const members = new Int32Array(LOCALITIES * size);
  const probes = matrix(LOCALITIES, 2);
  for (let l = 0; l < LOCALITIES; l++) {
    const at = Math.floor(random() * rows);
    probes.data.set(data.subarray(2 * at, 2 * at + 2), 2 * l);
    for (let i = 0; i < size; i++) members[l * size + i] = i === 0 ? at : Math.floor(random() * rows);
  }
  return {
    count: LOCALITIES,
    size,
    overlap: 3,
    probes,
    members,
    radius: new Float32Array(LOCALITIES).fill(0.8),
    tuning: { alpha: 0, beta: 2, coverageTv: 0.1, startTv: 0.1, evaluations: 1 },
    uncovered: new Int32Array(0),
  };
}

function describe(m, modules, presence, loadings) {
  const features = Array.from({ length: 6 }, (_, i) => ({
    feature: (3 * m + i) % FEATURES,
    loading: 1 - 0.12 * i,
  }));
  for (const { feature, loading } of features) loadings.data[m * FEATURES + feature] = loading;
  let present = 0;
  for (let row = 0; row < presence.rows; row++) if (presence.data[row * modules + m] > 0.25) present++;
  return {
    id: `M${m + 1}`,
    label: features
      .slice(0, 2)
      .map(({ feature }) => `feature ${feature}`)
      .join(', '),
    share: 0.08 - 0.004 * m,
    topFeatures: features,
    pairs: [
      { a: features[0].feature, b: features[1].feature, weight: 0.88, correlation: 0.7 },
      { a: features[0].feature, b: features[2].feature, weight: 0.76, correlation: -0.4 },
    ],
    presentLocalities: 0.1,
    presentSamples: present / presence.rows,
    boundary: false,
    significance: null,
    stability: null,
    trust: 0.9,
    trustFlag: null,
  };
}

/** Bytes, as of counts: the first feature goes with the map's x, the others with the group. */
function madeValues({ rows, data }, group, random) {
  const values = new Uint8Array(VALUES * rows);
  for (let row = 0; row < rows; row++) {
    values[row] = Math.max(0, Math.min(255, 128 + 9 * data[2 * row]));
    for (let f = 1; f < VALUES; f++)
      values[f * rows + row] = 30 + ((group[row] * f * 13) % 160) + 40 * random();
  }
  return { features: Int32Array.from({ length: VALUES }, (_, f) => f), data: values };
}
