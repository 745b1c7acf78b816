/**
 * The settings of a run, once, by the names of the command line's options: what they are called on the page, how they
 * are entered, and what happens when they are left empty.
 */
export interface Field {
  /** As the command line's flag, in camel case. */
  readonly name: string;
  readonly label: string;
  readonly help: string;
  /** What an empty field means. */
  readonly default: string;
  readonly input: 'number' | 'text' | readonly string[];
  /** Formats it is of use for; absent for all. */
  readonly formats?: readonly string[];
}

export interface Group {
  readonly title: string;
  readonly open: boolean;
  readonly fields: readonly Field[];
}

const HDF5 = ['h5', 'zarr'];

export const METHODS = ['umap', 'tsne', 'pca', 'mds', 'isomap', 'lle', 'dk-lle'] as const;

export const GROUPS: readonly Group[] = [
  {
    title: 'Modules',
    open: true,
    fields: [
      {
        name: 'modules',
        label: 'Number of modules',
        help: 'A number, or auto: as many as hold on samples that were left out.',
        default: '12',
        input: 'text',
      },
      {
        name: 'localitySize',
        label: 'Samples in a locality',
        help: 'The map is covered by localities of this size. Small ones show detail, large ones are steadier.',
        default: 'a twentieth, from 30 to 200',
        input: 'number',
      },
      {
        name: 'overlap',
        label: 'Overlap',
        help: 'Mean number of localities that a sample is in.',
        default: '3',
        input: 'number',
      },
      {
        name: 'covering',
        label: 'Covering',
        help: 'Where the localities start. Any number is as good as another: try one to see what depends on it.',
        default: '0',
        input: 'number',
      },
      {
        name: 'seed',
        label: 'Seed',
        help: 'Of everything random: the same seed gives the same result.',
        default: '0',
        input: 'number',
      },
    ],
  },
  {
    title: 'Reading the file',
    open: false,
    fields: [
      {
        name: 'missing',
        label: 'Missing values',
        help: 'What to do with cells that hold no number.',
        default: 'error: stop and say where',
        input: ['drop-rows', 'drop-features', 'mean'],
      },
      {
        name: 'normalize',
        label: 'Counts',
        help: 'log1p-cp10k scales each cell to 10,000 and takes the logarithm; none takes values as they are.',
        default: 'must be chosen where it matters',
        input: ['log1p-cp10k', 'none'],
      },
      {
        name: 'maxFeatures',
        label: 'Most features',
        help: 'Keep at most so many, those that vary most inside localities.',
        default: 'all',
        input: 'number',
      },
      {
        name: 'image',
        label: 'Features are pixels',
        help: 'Width and height of the image, such as 28x28.',
        default: 'no image',
        input: 'text',
      },
      {
        name: 'header',
        label: 'First line holds names',
        help: 'Found from the file when left open.',
        default: 'found from the file',
        input: ['yes', 'no'],
        formats: ['csv'],
      },
    ],
  },
  {
    title: 'Association',
    open: false,
    fields: [
      {
        name: 'association',
        label: 'Measure',
        help: 'Straight-line (pearson) or rank (spearman) correlation.',
        default: 'pearson',
        input: ['spearman'],
      },
      {
        name: 'associationForm',
        label: 'Form',
        help: 'How a correlation becomes an association.',
        default: 'debiased',
        input: ['absolute', 'signed'],
      },
      {
        name: 'support',
        label: 'Support',
        help: 'Samples of a locality that must differ from its median.',
        default: 'a tenth of a locality',
        input: 'number',
      },
      {
        name: 'gate',
        label: 'Noise gate',
        help: 'In standard errors of a correlation.',
        default: '3',
        input: 'number',
      },
      {
        name: 'form',
        label: 'Modules are made of',
        help: 'Sets of features (symmetric), or patterns of pairs (stacked).',
        default: 'symmetric',
        input: ['stacked'],
      },
    ],
  },
  {
    title: 'How far to check',
    open: false,
    fields: [
      {
        name: 'draws',
        label: 'Permutations',
        help: 'For the significance of each module; 0 leaves it out.',
        default: '199',
        input: 'number',
      },
      {
        name: 'level',
        label: 'Level',
        help: 'Largest corrected p that is called significant.',
        default: '0.005',
        input: 'number',
      },
      {
        name: 'stability',
        label: 'Repeats for stability',
        help: 'Runs with other seeds, samples and sizes: 5 for a first look. Each takes about as long as the modules.',
        default: '0',
        input: 'number',
      },
      {
        name: 'trust',
        label: 'Trust of the map',
        help: 'Whether neighbors on the map are neighbors in the data.',
        default: 'yes',
        input: ['no'],
      },
      {
        name: 'threads',
        label: 'Threads',
        help: 'The result is the same on any number.',
        default: 'as many as the machine has',
        input: 'number',
      },
    ],
  },
];

/** Asked for beside the files rather than in a group. */
const OTHER_LABELS: Readonly<Record<string, string>> = {
  id: 'Sample ids',
  label: 'Labels',
  labels: 'Labels',
  embedding: 'Map',
  embeddingKey: 'Map',
  embeddingColumns: 'Map',
  method: 'Method',
  layer: 'Layer',
  useRaw: 'Layer',
  memory: 'memory',
};

export const usefulFor = (field: Field, format: string | undefined): boolean =>
  field.formats === undefined || (format !== undefined && field.formats.includes(format));

export const isAnndata = (format: string | undefined): boolean =>
  format !== undefined && HDF5.includes(format);

/** The name on the page of a flag such as `--locality-size`, or the flag where the page does not ask for it. */
export function labelOfFlag(flag: string): string {
  const name = flag.replace(/^--/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const field = GROUPS.flatMap((group) => group.fields).find((candidate) => candidate.name === name);
  const label = field?.label ?? OTHER_LABELS[name];
  return label ? `\u201c${label}\u201d` : flag;
}
