/** The commands: what each takes, and where it is. Adding one is a line in `commands` and a file beside this one. */

import type { CommandDefinition, OptionDefinition } from './command.js';

const option = (flags: string, text: string): OptionDefinition => ({ flags, text });

/** How tables are read. */
export const readingOptions = [
  option('--id <column>', 'column with the sample ids (default: an unnamed first column of unique values)'),
  option('--label <column>', 'column with one label a sample; shown, never used by the method'),
  option('--labels <file>', 'labels from a file of their own: CSV, NPY, JSON list, or one a line'),
  option('--feature-names <file>', 'names of the features, one a line or a JSON list'),
  option(
    '--missing <what>',
    'cells without a number: error, drop-rows, drop-features or mean (default: error)',
  ),
  option('--header <yes|no>', 'whether the first line holds names (default: found from the file)'),
  option('--table <name>', 'SQLite: this table (default: the only one)'),
  option('--query <sql>', 'SQLite: the result of this select instead of a table'),
  option('--layer <name>', 'AnnData: this layer instead of X'),
  option('--use-raw', 'AnnData: raw instead of X'),
  option('--normalize <how>', 'counts: log1p-cp10k or none'),
  option('--max-features <number>', 'keep at most so many features, those that vary most'),
] as const;

/** How a run is carried out. */
export const runOptions = [
  option('--seed <number>', 'seed of everything random (default: 0)'),
  option('--engine <name>', 'auto, native, wasm or js (default: auto)'),
  option('--threads <number>', 'threads (default: as many as the machine has)'),
  option('--memory <size>', 'memory to work in, such as 4G (default: a quarter of the machine)'),
] as const;

/** What is shown while a command runs. */
export const showOptions = [
  option('--json', 'the result as JSON on standard output, progress and findings on standard error'),
  option('--quiet', 'no progress'),
  option('--messages <text|json>', 'progress and errors on standard error: text, or a JSON object a line'),
] as const;

const explainOptions = [
  option('-e, --embedding <file|key>', 'the embedding: a file, or a key such as X_umap inside an .h5ad'),
  option('--embedding-key <key>', 'which array, when the embedding file holds several'),
  option('--embedding-columns <a,b>', 'the embedding is in these columns of its file, or of the features'),
  option('--method <name>', 'without --embedding: how one is computed (default: umap)'),
  option('-n, --locality-size <number>', 'samples in a locality (default: a twentieth, from 30 to 200)'),
  option('--overlap <number>', 'mean number of localities that a sample is in (default: 3)'),
  option(
    '--tuning-samples <number>',
    'samples at most to tune where localities lie; they are placed on all (default: 100000)',
  ),
  option('--covering <number>', 'another of many equally good coverings of the map (default: 0)'),
  option(
    '-m, --modules <number|auto>',
    'how many modules, or auto: what holds on other samples (default: 12)',
  ),
  option('--draws <number>', 'permutations for significance; 0 leaves it out (default: 199)'),
  option('--level <number>', 'largest corrected p that is called significant (default: 0.005)'),
  option(
    '--gene-sets <file>',
    'GMT file: which sets each module holds more of than chance, in gene-sets.csv',
  ),
  option(
    '--stability <runs>',
    'repeats with other coverings, samples and sizes (default: 0; 5 for a first look)',
  ),
  option('--association <measure>', 'pearson, spearman or bicor (default: pearson)'),
  option('--association-form <form>', 'debiased, absolute or signed (default: debiased)'),
  option(
    '--support <number>',
    'samples that must differ from the local median (default: a tenth of a locality)',
  ),
  option('--gate <number>', 'noise gate in standard errors of a correlation (default: 3)'),
  option('--form <form>', 'symmetric or stacked (default: symmetric)'),
  option('--image <WxH>', 'features are the pixels of an image of this width and height, row by row'),
  option('--trust <yes|no>', 'whether the trust of each region of the map is measured (default: yes)'),
  option(
    '--trust-samples <number>',
    'samples that trust is measured on (default: all up to 100000, 2000 of more)',
  ),
  ...readingOptions,
  ...runOptions,
  option('-o, --out <folder>', 'where the result is written (default: whymap-out)'),
  option('--write', 'AnnData: write presence and modules back into the .h5ad'),
  option('--write-to <file>', 'AnnData: write them into a copy of the .h5ad'),
  ...showOptions,
];

const embedOptions = [
  option('--method <name>', 'pca, mds, isomap, lle, dk-lle, tsne or umap (default: umap)'),
  option('--solve <how>', 'spectral or forces, where a method has both'),
  option('--dimensions <number>', 'dimensions of the embedding (default: 2)'),
  option('--metric <name>', 'euclidean, cosine, correlation or manhattan (default: euclidean)'),
  option('--n-neighbors <number>', 'neighbors of a sample (default: umap and dk-lle 15, lle 12, isomap 5)'),
  option('--min-dist <number>', 'umap, dk-lle: closest distance in the embedding (default: 0.1)'),
  option('--spread <number>', 'umap, dk-lle: scale of the embedding (default: 1)'),
  option('--negative-sample-rate <number>', 'umap, dk-lle: strangers repulsed a neighbor (default: 5)'),
  option('--perplexity <number>', 'tsne: effective number of neighbors (default: 30)'),
  option('--early-exaggeration <number>', 'tsne: attraction is multiplied by this at first (default: 12)'),
  option('--theta <number>', 'tsne: 0 exact to 1 coarse (default: 0.5)'),
  option('--variant <name>', 'mds: classical or metric (default: classical)'),
  option('--init <name>', 'start of a run by forces: spectral, pca or random'),
  option('--steps <number>', 'most steps (epochs) of a run by forces'),
  option('--learning-rate <number>', 'step length; its unit is in docs/embed.md'),
  option('--audit-ardr', 'compare PCA, MDS, Isomap, DK-LLE and UMAP on these data; -o is then a folder'),
  ...readingOptions,
  ...runOptions,
  option('-o, --out <file>', 'where coordinates go: .npy or .csv (default: embedding.npy)'),
  ...showOptions,
];

const auditOptions = [
  option('-e, --embedding <file|key>', 'the embedding: a file, or a key such as X_umap inside an .h5ad'),
  option('--embedding-key <key>', 'which array, when the embedding file holds several'),
  option(
    '--method <name>',
    'without --embedding: make the map here (umap, tsne, ...), and again to see what comes back',
  ),
  option('-k, --neighbors <number>', 'samples in a neighborhood (default: 15)'),
  option(
    '--metric <name>',
    'distance in the data: euclidean, cosine, correlation or manhattan (default: euclidean)',
  ),
  option('--scale <how>', 'none, or standard: every feature to variance 1 (default: none)'),
  option('--components <number>', 'measure distances on so many principal components of the data'),
  option('--sample <number>', 'ask only so many samples and give intervals (default: every sample)'),
  ...readingOptions,
  ...runOptions,
  option('-o, --out <folder>', 'where the result is written (default: whymap-audit)'),
  ...showOptions,
];

export const commands: readonly CommandDefinition[] = [
  {
    usage: 'demo',
    summary: 'Explain the bundled data (2,000 pieces of clothing), end to end',
    options: [
      option('--data <name>', 'fashion or penguins (default: fashion)'),
      ...runOptions,
      option('-o, --out <folder>', 'where the result is written (default: whymap-demo)'),
      ...showOptions,
    ],
    examples: ['whymap demo', 'whymap demo --data penguins'],
    load: () => import('./demo.js'),
  },
  {
    usage: 'explain <features>',
    summary: 'Explain an embedding by the features of its samples',
    options: explainOptions,
    examples: [
      'whymap explain expression.csv -e umap.csv',
      'whymap explain cells.h5ad -e X_umap --label cell_type',
      'whymap explain images.npy -e latent.npy --image 28x28 -m 16',
    ],
    load: () => import('./explain.js'),
  },
  {
    usage: 'view [path]',
    summary:
      'Show an explanation in the browser: a folder that explain wrote, or its .whymap file; without one, explain files there',
    options: [option('--port <number>', 'port on 127.0.0.1 (default: a free one)')],
    examples: ['whymap view whymap-out', 'whymap view'],
    load: () => import('./view.js'),
  },
  {
    usage: 'embed <features>',
    summary: 'Make an embedding: PCA, MDS, Isomap, LLE, DK-LLE, t-SNE or UMAP',
    options: embedOptions,
    examples: [
      'whymap embed expression.csv --method umap -o umap.csv',
      'whymap embed images.npy --audit-ardr',
    ],
    load: () => import('./embed.js'),
  },
  {
    usage: 'audit <features>',
    summary: 'Tell how far an embedding can be trusted, and what may be read off it',
    options: auditOptions,
    examples: [
      'whymap audit expression.csv -e umap.csv --scale standard',
      'whymap audit cells.h5ad -e X_umap --label cell_type --components 50',
      'whymap audit images.npy -e latent.npy --sample 5000',
      'whymap audit survey.csv --scale standard --method umap',
    ],
    load: () => import('./audit.js'),
  },
  {
    usage: 'query <explanation>',
    summary: 'Ask what is in a region, or what two regions share and how they differ',
    options: [
      option(
        '--region <region>',
        'locality:N, rectangle:X,Y,X,Y, polygon:X,Y;X,Y;X,Y, label:NAME, ids:A,B, rows:0,1, module:M1',
      ),
      option('--and <region>', 'a second region to compare with'),
      option('--features <file>', 'the values that were explained, for correlations and signs'),
      option('--feature <name>', 'this feature against all others in the region'),
      option('--pair <a,b>', 'the raw values of two features, inside and outside'),
      option('--format <form>', 'text, csv or json (default: text)'),
      ...readingOptions,
      ...showOptions,
    ],
    examples: [
      'whymap query whymap-out --region label:Boot',
      'whymap query whymap-out --region label:Boot --and label:Sneaker',
      'whymap query whymap-out --region module:M2 --features cells.csv --pair CD3D,CD3E --format csv',
    ],
    load: () => import('./query.js'),
  },
  {
    usage: 'reproduce <name>',
    summary: 'Re-run a published claim: tables, figures, seeds',
    options: [
      option(
        '--data <folder>',
        'folder with more data sets: NAME_X.npy, NAME_y.npy or NAME_labels.json; NAME_umap.npy, NAME_features.json',
      ),
      option('--sets <names>', "data sets, separated by commas (default: the study's own)"),
      option('--rows <number>', "most samples of each data set (default: the study's own)"),
      option('--repeats <number>', "runs with different seeds (default: the study's own)"),
      ...runOptions,
      option('-o, --out <folder>', 'where tables and figures go (default: the name of the study)'),
      ...showOptions,
    ],
    examples: [
      'whymap reproduce ardr-pca',
      'whymap reproduce lava-planted --repeats 20',
      'whymap reproduce lava-mnist --data folder-with-mnist_X.npy',
      'whymap reproduce ardr-lle --data sets --sets mnist,cells --rows 2000',
    ],
    load: () => import('./reproduce.js'),
  },
];
