/**
 * The hard cases of docs/lab/cases.md: which command is run in which folder, and what must come of it (the column `should`). The
 * files are kept apart; hard-cases.test.ts runs them where a folder is named, and small files of the same kinds are made by the
 * tests of reading (test/io, test/run).
 */

/** One command in the folder of its case. Commands of a folder run in this order, so that one may read what another wrote. */
export interface HardCase {
  /** Numbers of docs/lab/cases.md. */
  readonly number: string;
  readonly folder: string;
  readonly command: string;
  /** Exit code. */
  readonly code: 0 | 2;
  /** What standard output and error must hold, and what they must not. */
  readonly says: readonly RegExp[];
  readonly not?: readonly RegExp[];
  /** Fields of a JSON file, or the beginning of a text file, that the command wrote. */
  readonly wrote?: {
    readonly file: string;
    readonly begins?: string;
    readonly trust?: number;
    readonly accuracy?: number;
  };
  /** Files of the folder that must not be there, or be as they were. */
  readonly gone?: readonly string[];
  readonly unchanged?: readonly string[];
  /** Copied before the command: from, to. */
  readonly copy?: readonly [string, string];
}

const done = (
  number: string,
  folder: string,
  command: string,
  says: readonly RegExp[],
  more: Partial<HardCase> = {},
): HardCase => ({ number, folder, command, code: 0, says, ...more });
const stops = (
  number: string,
  folder: string,
  command: string,
  says: readonly RegExp[],
  more: Partial<HardCase> = {},
): HardCase => ({ number, folder, command, code: 2, says, ...more });

const byId = /were joined by id .*: 240 samples match/;
const audited = (trust: number, file = 'out/audit.json') => ({ wrote: { file, trust } });

const IDS: readonly HardCase[] = [
  stops('1', 'dup-id-joins-by-row', 'audit x.csv -e e.csv -o out', [/"BC0010-1" in rows 11, 201/]),
  stops('1', 'dup-id-joins-by-row', 'explain x.csv -e e.csv -m 2 -o out2', [/"BC0010-1" in rows 11, 201/]),
  stops('2', 'dup-id-embedding-only', 'audit x.csv -e e.csv -o out', [/"BC0006-1" in rows 122, 232/]),
  stops('2', 'dup-id-embedding-only', 'audit x.csv -e e_named.csv -o out', [/in barcode of e_named.csv/]),
  stops('2', 'dup-id-embedding-only', 'audit x.csv -e e_blank_id.csv -o out', [
    /2 rows without an id \(51, 217\)/,
  ]),
  stops('7', 'pandas-reset-index', 'audit x.csv -e e.csv -o out', [/only count the rows of e.csv/]),
  stops('7', 'pandas-reset-index', 'explain x.csv -e e.csv -m 3 -o out', [/only count the rows of e.csv/]),
  stops('9', 'no-match-messages', 'explain x.csv -e pandas_e.csv -o out', [
    /only numbers of rows in pandas_e.csv/,
    /--pair-by-row/,
  ]),
  done('9', 'no-match-messages', 'audit x.csv -e pandas_e.csv --pair-by-row -o out', [/as requested/]),
  done('10', 'own-csv-roundtrip', 'embed x.csv --method pca -o map.csv', []),
  done('10', 'own-csv-roundtrip', 'audit x.csv -e map.csv -o out', [/2 dimensions of map.csv \(x1, x2\)/], {
    ...audited(0.89),
  }),
  done('10', 'own-csv-roundtrip', 'audit x.csv -e map.csv --id id -o out', [/joined by id/], {
    ...audited(0.89),
  }),
  done('10', 'own-csv-roundtrip', 'explain x.csv -e map.csv -m 2 -o out2', [], {
    wrote: { file: 'out2/localities.csv', begins: 'locality,x0,x1,radius' },
  }),
  done('11', 'numeric-id-column', 'audit x.csv -e e.csv -o out', [/Ids: cell_id of x.csv/, byId], {
    ...audited(0.85),
  }),
  done('11', 'numeric-id-column', 'explain x.csv -e e.csv -m 3 -o out2', [/Features: 10 /], {
    wrote: { file: 'out2/localities.csv', begins: 'locality,x0,x1,radius' },
  }),
  done('11', 'numeric-id-column', 'explain x.parquet -e e.parquet -m 2 -o out2', [/Features: 10 /, byId]),
  done(
    '13',
    'cluster-column-in-map',
    'explain x.csv -e e.csv -m 3 -o out',
    [/2 dimensions .*UMAP_1, UMAP_2/],
    {
      wrote: { file: 'out/localities.csv', begins: 'locality,x0,x1,radius' },
    },
  ),
  done('13', 'cluster-column-in-map', 'audit x.csv -e e.csv -o out', [/left out: leiden/], audited(0.85)),
  done('13', 'cluster-column-in-map', 'audit x.csv -e e.csv --embedding-columns UMAP_1,UMAP_2 -o out', [
    /2 dimensions/,
  ]),
  stops('33', 'no-match-messages', 'explain genes_x_cells.csv -e e.csv -o out', [/say --transpose/]),
  done(
    '33',
    'no-match-messages',
    'audit genes_x_cells.csv -e e.csv --transpose -o out',
    [byId],
    audited(0.85),
  ),
  stops('35', 'no-match-messages', 'audit bx.csv -e be.csv -o out', [
    /240 agree but for a number behind/,
    /--loose-ids/,
  ]),
  done('35', 'no-match-messages', 'audit bx.csv -e be.csv --loose-ids -o out', [byId], audited(0.85)),
  stops('36', 'no-match-messages', 'audit bx.csv -e be_few.csv -o out', [
    /40 common ids \(16% of the smaller file\)/,
    /--min-matched/,
  ]),
  done('38', 'no-match-messages', 'audit na.csv -e e_kept.npy --missing drop-rows -o out', [
    /238 rows that are left/,
  ]),
  stops('', 'no-match-messages', 'audit x.parquet -e typo.csv -o out', [/no file at typo.csv/]),
];

const text = (file: string, says: readonly RegExp[], number: string): HardCase =>
  done(number, 'text-layouts', `embed ${file} --method pca -o o.csv`, [/240 samples/, ...says]);

const TEXTS: readonly HardCase[] = [
  ...['explain x.csv -e e.csv -m 3 -o out', 'explain x.csv -e e.csv -m 3 --missing drop-features -o out'].map(
    (command) =>
      done('17', 'trailing-delimiter', command, [/end in a delimiter/, /\bM1\b.*(gene[0-3](, )?){2,}/], {
        not: [/Dropped/],
      }),
  ),
  done('18', 'trailing-delimiter', 'embed x2.csv --missing drop-features --method pca -o o.csv', [
    /end in a delimiter/,
  ]),
  done('21', 'thousands-and-decimals', 'embed point_thousand.csv --method pca -o o.csv', [/thousands/]),
  stops('23', 'thousands-and-decimals', 'embed comma_thousand.csv --method pca -o o.csv', [
    /--thousands/,
    /--decimal/,
  ]),
  done('24', 'thousands-and-decimals', 'embed tab_comma.tsv --method pca -o o.csv', [/decimal/]),
  done('24', 'thousands-and-decimals', 'embed tab_comma_mixed.tsv --method pca -o o.csv', [/decimal/]),
  stops('24', 'thousands-and-decimals', 'embed percent.csv --method pca -o o.csv', [/the number ".*%"/]),
  text('sep_line.csv', [], '25'),
  text('r_write_table.txt', [], '26'),
  text('savetxt.txt', [], '27'),
  text('two_headers.csv', [/The first 2 lines/], '28'),
  text('comments.csv', [/begin with #/], '29'),
  done('29', 'text-layouts', 'embed featurecounts.txt --method pca -o o.csv', []),
  stops('31', 'text-layouts', 'embed latin1.csv --method pca -o o.csv', [/--encoding windows-1252/]),
  done('31', 'text-layouts', 'embed latin1.csv --encoding windows-1252 --method pca -o o.csv', []),
  stops('32', 'text-layouts', 'embed nan.json --method pca -o o.csv', [/missing/]),
  done('32', 'text-layouts', 'embed nan.json --missing mean --method pca -o o.csv', []),
  done('', 'text-layouts', 'embed xy.json --method pca -o o.csv', []),
  stops('80', 'text-layouts', 'embed lfs.h5ad --method pca -o o.csv', [/Git LFS/, /git lfs pull/]),
  stops('80', 'text-layouts', 'embed html.csv --method pca -o o.csv', [/web page/]),
  text('x.csv.zip', [], ''),
  text('comma.tsv', [], '24'),
];

const LABELS: readonly HardCase[] = [
  stops('39', 'labels-file-columns', 'audit x.csv -e e.csv --labels meta.csv -o out', [
    /name it with --label/,
    /cell_type, batch/,
  ]),
  done('39', 'labels-file-columns', 'audit x.csv -e e.csv --labels meta.csv --label cell_type -o out', [
    /Labels: cell_type of meta.csv, 3 different/,
  ]),
  stops('39', 'labels-file-columns', 'audit x.csv -e e.csv --labels num_id.csv -o out', [/0 common ids/]),
  done('40', 'labels-file-columns', 'embed x.csv --feature-names features.tsv -o o.csv', [/Features: 10 /]),
  done('41', 'labels-file-columns', 'audit x.npy -e e.npy --labels words.tsv -o out', [
    /240 different/,
    /no classes/,
  ]),
  done('41', 'labels-file-columns', 'audit x.npy -e e.npy --labels words.tsv --header no -o out', [
    /240 different/,
  ]),
  done('41', 'labels-file-columns', 'audit x.npy -e e.npy --feature-names genes.tsv -o out', [
    /Features: 10 of x.npy, 240 rows \(gene0, /,
  ]),
  ...['x.npy -e e.npy', 'x.csv -e e.csv'].map((files) =>
    done('42', 'labels-file-columns', `audit ${files} --labels r_labels.csv -o out`, [
      /3 different, 24 samples without one/,
    ]),
  ),
  done('43', 'missing-labels', 'audit x.csv -e e.csv --label cell_type -o out', [/24 samples without one/], {
    wrote: { file: 'out/audit.json', accuracy: 1 },
  }),
  done(
    '44',
    'missing-labels',
    'audit log.h5ad -e umap --label cell_type -o out',
    [/24 samples without one/],
    {
      wrote: { file: 'out/audit.json', accuracy: 1 },
    },
  ),
  done('44', 'missing-labels', 'explain log.h5ad -e umap --label cell_type -m 2 -o out2', [
    /24 samples without one/,
  ]),
  stops('43', 'missing-labels', 'query out2 --region label:', [/missing:COLUMN/]),
  done('45', 'missing-labels', 'audit x0.csv -e e.csv --labels one.csv -o out', [/24 samples without one/], {
    wrote: { file: 'out/audit.json', accuracy: 1 },
  }),
];

const NUMBERS: readonly HardCase[] = [
  ...['utm_sd3.csv', 'epoch.csv', 'same_without_offset.npy'].map((file) =>
    done('50', 'large-offset', `explain ${file} -e e.npy -m 3 -o out`, [/accounts? for 9[0-9]%/]),
  ),
  done('51', 'large-offset', 'audit utm_sd005.csv -e e.npy -o out', [], {
    ...audited(0.85),
    not: [/constant/],
  }),
  stops('52', 'huge-values', 'audit nodata.csv -e e.npy -o out', [/row 6 \(cell005\), gene3/, /--missing/]),
  stops('52', 'huge-values', 'explain wide_nodata.npy -e e.npy -m 2 -o out', [/row 6, f100/]),
  stops('54', 'huge-values', 'audit e39.csv -e e.npy -o out', [/row 6 \(cell005\), gene3/]),
  done('53', 'huge-values', 'audit e22.csv -e e.npy -o out', [], audited(0.85)),
  done('53', 'huge-values', 'embed e22.csv --method umap -o map.npy', []),
  done('53', 'huge-values', 'audit x.csv -e map.npy -o out', [], audited(0.96)),
  ...['pca', 'tsne'].map((method) =>
    done('55', 'huge-values', `embed tweet.csv --method ${method} -o o.csv`, [/Ids: tweet_id/], {
      wrote: { file: 'o.csv', begins: 'id,x1,x2\n1234567890123456789,' },
    }),
  ),
  done('59', 'duplicates-verdict', 'audit x.csv -e e.npy -o out', [/Neighbors may be read:/], audited(1)),
  done('60', 'duplicates-verdict', 'audit four.csv -e four.npy -k 2 -o out', [/Too little can be told/]),
  done('64', 'few-samples', 'explain x.csv -e e.npy -o out', [
    /3 modules were sought instead of 12/,
    /Too little can be told/,
  ]),
  done('65', 'few-samples', 'audit x.csv -e e.npy -o out', [/Neighborhoods are of 6 samples instead of 15/]),
  done('65', 'few-samples', 'audit x.csv -e e.npy -k 5 -o out', [/only 20 samples/], audited(0.9)),
  done('65', 'few-samples', 'audit x6.csv -e e6.npy -o out', [/Too little can be told/]),
  done('74', 'normalize-twice', 'audit log.h5ad -e umap -o out', [/as logarithms of counts are/]),
  stops('74', 'normalize-twice', 'audit log.h5ad -e umap --normalize log1p-cp10k -o out', [
    /expected counts/,
  ]),
];

const FORMATS: readonly HardCase[] = [
  stops('67', 'h5ad-messages', 'audit no_features.h5ad -e umap -o out', [/240 samples x 0 features/]),
  stops('68', 'h5ad-messages', 'audit x_null.h5ad -e umap -o out', [/no X .*--layer: counts, lognorm/]),
  done('68', 'h5ad-messages', 'audit x_null.h5ad -e umap --layer lognorm -o out', []),
  done('72', 'h5ad-messages', ['audit slash.h5ad -e umap --label', 'T/NK type', '-o out'].join(' | '), [
    /T\/NK type of slash.h5ad, 3 different/,
  ]),
  stops('73', 'h5ad-messages', 'audit x.loom -e umap -o out', [/loom.*read_loom/]),
  stops('73', 'h5ad-messages', 'audit m.h5mu -e umap -o out', [/MuData.*read_h5mu/]),
  stops('73', 'h5ad-messages', 'audit s.h5seurat -e umap -o out', [/Seurat.*SeuratDisk/]),
  stops('', 'h5ad-messages', 'audit dup_entries.h5ad -e umap -o out', [/sum_duplicates/]),
  ...['gzip', 'lzf'].map((file) =>
    done(
      '88',
      'h5ad-lzf',
      `audit ${file}.h5ad -e X_umap --normalize none -o out`,
      [/120 rows/],
      audited(0.52),
    ),
  ),
  ...['good', 'zero', 'compressed'].map((file) =>
    done('87', 'parquet-chunk-size', `embed ${file}.parquet --method pca -o ${file}.csv`, [/300 samples/]),
  ),
];

const OUTPUTS: readonly HardCase[] = [
  stops('82', 'input-overwritten', 'embed data.csv --method pca -o data.csv', [/no input/], {
    copy: ['original.csv', 'data.csv'],
    unchanged: ['data.csv'],
  }),
  stops('82', 'input-overwritten', 'explain modules.csv -e e.csv -m 2 -o .', [/no input/], {
    copy: ['original.csv', 'modules.csv'],
    unchanged: ['modules.csv'],
  }),
  done('83', 'stale-outputs', 'explain x.csv -e e.csv -m 2 --gene-sets sets.gmt -o out', [], {
    wrote: { file: 'out/gene-sets.csv', begins: 'module' },
  }),
  done('83', 'stale-outputs', 'explain y.csv -e e.csv -m 2 -o out', [], { gone: ['out/gene-sets.csv'] }),
  done('83', 'stale-outputs', 'audit x.csv --method pca -o out2', []),
  done('83', 'stale-outputs', 'audit x.csv -e e.csv -o out2', [], { gone: ['out2/embedding.npy'] }),
  done('84', 'gene-sets-none', 'explain x.csv -e e.csv -m 2 --gene-sets ens.gmt -o out', [
    /0 of the 6 genes .*ENSG0001.*gene0/,
  ]),
  stops('84', 'gene-sets-none', 'explain x.csv -e e.csv -m 2 --gene-sets space.gmt -o out', [/tabs/]),
];

const FAULTS: readonly HardCase[] = [
  stops('', 'faults', 'explain hang.h5ad -e X_umap --normalize none -o out', [/damaged/]),
  done('', 'faults', 'inspect evil.csv', [/a\\u202egnp\.exe/], { not: [/[^\P{Cc}\n\r\t]/u, /\u202e/] }),
];

export const HARD_CASES: readonly HardCase[] = [
  ...IDS,
  ...TEXTS,
  ...LABELS,
  ...NUMBERS,
  ...FORMATS,
  ...OUTPUTS,
  ...FAULTS,
];
