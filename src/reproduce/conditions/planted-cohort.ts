/**
 * Planted cohorts: donors of two conditions, cell types on one map, and programmes that differ between conditions.
 *
 * Source: ours. Samples of cell types of unequal size lie in blobs on the map, donors mixed. Every donor shifts every
 *   feature of every type a little (the donor effect). Programmes are sets of features that share a latent factor in one
 *   type: in cases only (gained), in controls only (lost), in both (shared), in both with a factor of another mean in cases
 *   (up, down), in both with the features paired otherwise (rewired: half of the features change sign in cases), and in
 *   one donor only (single). An artefact is no programme: its features, independent of one another, are all higher in one
 *   donor. Null cohorts have shared programmes alone. Deterministic for a seed.
 */

import { createRandom, type Random } from '../../core/random.js';
import type { CategoricalColumn, Embedding, Table } from '../../model.js';

export type ProgrammeKind = 'gained' | 'lost' | 'shared' | 'up' | 'down' | 'rewired' | 'single' | 'artefact';

export interface CohortOptions {
  readonly seed: number;
  /** Correlation of two features of a programme where it is active. Default 0.5. */
  readonly correlation?: number;
  /** Donors of each condition. Default 4. */
  readonly donors?: number;
  /** Samples of a donor. Default 300. */
  readonly samples?: number;
  /** Standard deviation of the donor effect, in units of the noise. Default 0.3. */
  readonly donorEffect?: number;
  /** One programme each, in the cell types in turn. Default: gained, lost, shared, up, down, shared. */
  readonly kinds?: readonly ProgrammeKind[];
}

export interface PlantedProgramme {
  readonly kind: ProgrammeKind;
  readonly type: string;
  readonly features: readonly number[];
}

export interface PlantedCohort {
  readonly table: Table;
  readonly embedding: Embedding;
  readonly programmes: readonly PlantedProgramme[];
}

/** Relative sizes of the cell types. */
const TYPES = [3, 2.5, 2, 1.5, 1, 1];
const PROGRAMME_SIZE = 8;
const OTHER_FEATURES = 12;
/** Shift of the latent factor of a programme that is up or down, in its standard deviations. */
const LEVEL_SHIFT = 1.2;
/** Shift of the features of an artefact in its donor, in standard deviations of a feature. */
const ARTEFACT_SHIFT = 2;

/** A table with the columns `condition`, `donor` and `type`, its map, and the truth about its programmes. */
export function plantCohort(options: CohortOptions): PlantedCohort {
  const { donors = 4, samples = 300, correlation = 0.5, donorEffect = 0.3 } = options;
  const { kinds = ['gained', 'lost', 'shared', 'up', 'down', 'shared'] } = options;
  const random = createRandom(options.seed, 'cohort');
  const rows = 2 * donors * samples;
  const donorOf = Int32Array.from({ length: rows }, (_, s) => Math.floor(s / samples));
  const typeOf = drawTypes(rows, random.stream('types'));
  const programmes = kinds.map((kind, p) => ({
    kind,
    type: `type ${p % TYPES.length}`,
    features: Array.from({ length: PROGRAMME_SIZE }, (_, i) => PROGRAMME_SIZE * p + i),
  }));
  const columns = PROGRAMME_SIZE * kinds.length + OTHER_FEATURES;
  const donorShifts = normals(2 * donors * TYPES.length * columns, random.stream('donors'));
  const typeMeans = normals(TYPES.length * columns, random.stream('means'));
  const noise = random.stream('noise');
  const data = new Float32Array(rows * columns);
  for (let s = 0; s < rows; s++) {
    const [donor, type] = [donorOf[s], typeOf[s]];
    for (let f = 0; f < columns; f++) {
      data[s * columns + f] =
        typeMeans[type * columns + f] +
        donorEffect * donorShifts[(donor * TYPES.length + type) * columns + f] +
        noise.normal() * Math.sqrt(1 - correlation);
    }
    for (const [p, { kind, features }] of programmes.entries()) {
      const factor = noise.normal();
      const weight = p % TYPES.length === type ? activity(kind, donor, donors) : null;
      features.forEach((f, i) => {
        // where the programme is silent its features have the same variance, each on its own
        const value = weight === null ? noise.normal() : weight.sign(i) * (factor + weight.shift);
        data[s * columns + f] += Math.sqrt(correlation) * value;
        if (kind === 'artefact' && donor === 0 && p % TYPES.length === type)
          data[s * columns + f] += ARTEFACT_SHIFT;
      });
    }
  }
  const metadata = [
    column(
      'condition',
      Int32Array.from(donorOf, (donor) => (donor < donors ? 0 : 1)),
      ['case', 'control'],
    ),
    column(
      'donor',
      donorOf,
      Array.from({ length: 2 * donors }, (_, i) => `donor ${i}`),
    ),
    column(
      'type',
      typeOf,
      TYPES.map((_, i) => `type ${i}`),
    ),
  ];
  return {
    table: tableOf({ rows, columns, data }, metadata),
    embedding: embedTypes(typeOf, random.stream('map')),
    programmes,
  };
}

/** Sign of each feature and shift of the factor where the programme is active in the donor; null where it is silent. */
function activity(kind: ProgrammeKind, donor: number, donors: number) {
  const isCase = donor < donors;
  const plain = { sign: (_: number) => 1, shift: 0 };
  switch (kind) {
    case 'gained':
      return isCase ? plain : null;
    case 'lost':
      return isCase ? null : plain;
    case 'single':
      return donor === 0 ? plain : null;
    case 'artefact':
      return null;
    case 'shared':
      return plain;
    case 'up':
      return { ...plain, shift: isCase ? LEVEL_SHIFT : 0 };
    case 'down':
      return { ...plain, shift: isCase ? -LEVEL_SHIFT : 0 };
    case 'rewired':
      return isCase ? { sign: (i: number) => (i < PROGRAMME_SIZE / 2 ? 1 : -1), shift: 0 } : plain;
  }
}

/** Independent standard normal numbers. */
function normals(count: number, random: Random): Float64Array {
  return Float64Array.from({ length: count }, () => random.normal());
}

/** Cell type of each sample, by the relative sizes. */
function drawTypes(rows: number, random: Random): Int32Array {
  const total = TYPES.reduce((a, b) => a + b, 0);
  return Int32Array.from({ length: rows }, () => {
    let left = random.uniform() * total;
    let type = 0;
    while (type < TYPES.length - 1 && left >= TYPES[type]) left -= TYPES[type++];
    return type;
  });
}

/** Blobs on a ring, one a cell type. */
function embedTypes(typeOf: Int32Array, random: Random): Embedding {
  const data = new Float32Array(2 * typeOf.length);
  typeOf.forEach((type, s) => {
    const angle = (2 * Math.PI * type) / TYPES.length;
    data[2 * s] = 10 * Math.cos(angle) + random.normal();
    data[2 * s + 1] = 10 * Math.sin(angle) + random.normal();
  });
  return {
    coordinates: { rows: typeOf.length, columns: 2, data },
    ids: null,
    source: { name: 'planted cohort', sha256: null },
  };
}

/** A categorical column. */
function column(name: string, codes: Int32Array, levels: string[]): CategoricalColumn {
  return { name, kind: 'categorical', codes, levels };
}

/** The values as a table with metadata. */
function tableOf(features: Table['features'], metadata: CategoricalColumn[]): Table {
  return {
    features,
    featureNames: Array.from({ length: features.columns }, (_, f) => `f${f}`),
    ids: null,
    labels: null,
    metadata,
    source: { name: 'planted cohort', sha256: null },
    dropped: { rows: 0, features: [] },
    warnings: [],
  };
}
