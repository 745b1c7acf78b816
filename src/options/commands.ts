/** The commands: what each does, its argument, and examples. */

import type { CommandName } from './definition.js';

export interface CommandDescription {
  readonly name: CommandName;
  /** The argument before the options; null where there is none. */
  readonly argument: {
    readonly name: string;
    readonly required: boolean;
    readonly help: string;
    /** Whether more than one may be given. */
    readonly several?: boolean;
  } | null;
  /** One line, without full stop. */
  readonly summary: string;
  readonly examples: readonly string[];
}

const features = {
  name: 'features',
  required: true,
  help: 'the table of samples x features: CSV, TSV, NPY, NPZ, IDX, Parquet, Arrow, .h5ad, .zarr, Matrix Market, SQLite, JSON',
} as const;

export const COMMANDS: readonly CommandDescription[] = [
  {
    name: 'demo',
    argument: null,
    summary: 'Explain the bundled data (2,000 pieces of clothing), end to end',
    examples: ['whymap demo', 'whymap demo --data penguins'],
  },
  {
    name: 'explain',
    argument: features,
    summary: 'Explain an embedding by the features of its samples',
    examples: [
      'whymap explain expression.csv -e umap.csv',
      'whymap explain cells.h5ad -e X_umap --label cell_type',
      'whymap explain images.npy -e latent.npy --image 28x28 -m 16',
    ],
  },
  {
    name: 'view',
    argument: {
      name: 'path',
      required: false,
      help: 'a folder that explain wrote, or its .whymap file; without it, the page explains files itself',
    },
    summary: 'Show an explanation in the browser, or explain files there',
    examples: ['whymap view whymap-out', 'whymap view'],
  },
  {
    name: 'embed',
    argument: features,
    summary: 'Make an embedding: PCA, MDS, Isomap, LLE, DK-LLE, t-SNE or UMAP',
    examples: [
      'whymap embed expression.csv --method umap -o umap.csv',
      'whymap embed old.csv --save-model umap.model && whymap embed new.csv --model umap.model',
      'whymap embed images.npy --audit-ardr',
    ],
  },
  {
    name: 'audit',
    argument: features,
    summary: 'Tell how far an embedding can be trusted, and what may be read off it',
    examples: [
      'whymap audit expression.csv -e umap.csv --scale standard',
      'whymap audit cells.h5ad -e X_umap --label cell_type --components 50',
      'whymap audit images.npy -e latent.npy --sample 5000',
      'whymap audit survey.csv --scale standard --method umap',
    ],
  },
  {
    name: 'query',
    argument: {
      name: 'explanation',
      required: true,
      help: 'a folder that explain wrote, or its .whymap file',
    },
    summary: 'Tell what is in a region, or what two regions share and how they differ',
    examples: [
      'whymap query whymap-out --region label:Boot',
      'whymap query whymap-out --region label:Boot --and label:Sneaker',
      'whymap query whymap-out --region "disease:DKD & region:tubule" --markers --replicate donor',
      'whymap query whymap-out --region module:M2 --features cells.csv --pair CD3D,CD3E --format csv',
    ],
  },
  {
    name: 'compare',
    argument: {
      name: 'explanation',
      required: true,
      help: 'a folder that explain wrote, or its .whymap file',
    },
    summary: 'Tell what differs between two conditions, by replicate',
    examples: [
      'whymap compare whymap-out --features cells.h5ad --condition disease --case DKD --control normal --replicate donor',
      'whymap compare whymap-out --features cells.h5ad --condition stim --case yes --control no --replicate donor --in cell_type -o stim',
    ],
  },
  {
    name: 'inspect',
    argument: {
      name: 'files',
      required: true,
      help: 'the table of samples x features, then the map: any format that explain reads',
      several: true,
    },
    summary: 'Tell how files would be read: features, ids, map, labels, and how rows are paired',
    examples: [
      'whymap inspect expression.csv umap.csv',
      'whymap inspect expression.csv -e umap.csv --labels metadata.csv --label cell_type',
    ],
  },
  {
    name: 'reproduce',
    argument: {
      name: 'name',
      required: true,
      help: 'a study: ardr-pca, ardr-lle, lava-planted, lava-mnist...',
    },
    summary: 'Re-run a published claim: tables, figures, seeds',
    examples: [
      'whymap reproduce ardr-pca',
      'whymap reproduce lava-planted --repeats 20',
      'whymap reproduce conditions-kidney --data folder-with-kidney_geomx.h5ad',
      'whymap reproduce lava-mnist --data folder-with-mnist_X.npy',
      'whymap reproduce ardr-lle --data sets --sets mnist,cells --rows 2000',
    ],
  },
  {
    name: 'shard',
    argument: null,
    summary: 'Compute a part of a fit for another whymap, which starts it and speaks with it over pipes',
    examples: ['whymap explain expression.csv -e umap.csv --cluster local:4'],
  },
];

/** The description of a command. */
export function commandNamed(name: string): CommandDescription | undefined {
  return COMMANDS.find((command) => command.name === name);
}
