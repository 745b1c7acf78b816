/** What a person may say about a file, and what a reader hands on before the data checks. */

import type { ImageSize } from '../core/image-size.js';
import type { Csr, Matrix, MetadataColumn, Warning } from '../model.js';
import type { IdColumn } from './plan/types.js';
import type { Source } from './source/source.js';
import type { FeatureChooser } from './table/feature-chooser.js';
import type { Normalize } from './table/normalize.js';

/** What to do with cells that are missing, NaN or infinite. `error` stops; the others repair and say so. */
export type Missing = 'error' | 'drop-rows' | 'drop-features' | 'mean';

export interface ReadOptions {
  /** Column that holds the sample ids. Default: an unnamed or text first column of unique values. */
  readonly id?: string;
  /** Use `id` only where the file has such a column. Default false. */
  readonly idIfThere?: boolean;
  /** Column that holds one label a sample. Default: none. */
  readonly label?: string;
  /** Texts that stand for a missing label, besides those that all tables use (`NA`, `nan`, empty). Default: none. */
  readonly missingLabels?: readonly string[];
  /** Only these columns are features (or coordinates); `*` stands for any characters. Default: see docs/reading.md. */
  readonly columns?: readonly string[];
  /** These columns are neither features nor metadata; `*` stands for any characters. Default: none. */
  readonly drop?: readonly string[];
  /**
   * The table has features in rows and samples in columns; `id` then names the column of feature names, `drop` columns of
   * the file. Default false.
   */
  readonly transpose?: boolean;
  /** 10x and AnnData: only features of this type (`Gene Expression`), or `all`. Default: the only one; several stop. */
  readonly featureType?: string;
  /** Whether the first line of a text table holds names. Default `auto`: found from the first 100 lines. */
  readonly header?: boolean | 'auto';
  /** Between fields of a text table: one character, or `whitespace`. Default: found from the first lines. */
  readonly delimiter?: string;
  /** Decimal sign of a text table. Default: decided by all of its cells. */
  readonly decimal?: '.' | ',';
  /** Sign between groups of three digits in a text table. Default: decided by all of its cells. */
  readonly thousands?: string;
  /** Text encoding, a label of the Encoding standard. Default `utf-8`, or UTF-16 with its byte order mark. */
  readonly encoding?: string;
  /** Which array of a file that holds several (NPZ, JSON), or which embedding of AnnData. Default: the only one. */
  readonly key?: string;
  /** SQLite: read this table. Default: the only one. */
  readonly table?: string;
  /** SQLite: read the result of this query instead of a table. */
  readonly query?: string;
  /** AnnData: read this layer instead of X. */
  readonly layer?: string;
  /** AnnData: read `raw` instead of X. Default false. */
  readonly useRaw?: boolean;
  /**
   * Counts: `log1p-cp10k` scales each sample to a total of 10,000 and takes log1p, `none` takes them as they
   * are. Default: `none`, but for counts in AnnData and 10x files, where an OptionError asks for a choice.
   */
  readonly normalize?: Normalize;
  /** Keep at most so many features, those of the largest variance (after `normalize`). Default: all. */
  readonly maxFeatures?: number;
  /** Chooses the features instead, where the reader streams (feature-chooser.ts). */
  readonly chooser?: FeatureChooser;
  /** Names of the features, in order, for files that have none. */
  readonly featureNames?: readonly string[];
  /** Size of the images whose pixels the features are. Arrays (NPY, IDX) of another number of columns are refused unread. */
  readonly image?: ImageSize | null;
  /** Default `error`. */
  readonly missing?: Missing;
  /** Missing cells end nothing: a warning says what a run would say, for looking at a file. Default false. */
  readonly tellMissing?: boolean;
  /** Bytes that a table may take in memory. Default 4 GiB. */
  readonly memory?: number;
  readonly signal?: AbortSignal;
  /** Fraction read, 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** Options with every default filled in. */
export interface Settings extends ReadOptions {
  /** What the file is read for: it decides which columns of numbers count. */
  readonly purpose: 'features' | 'map' | 'labels';
  readonly header: boolean | 'auto';
  readonly missing: Missing;
  readonly memory: number;
}

/** What a reader works on: the source, and its bytes after decompression. */
export interface Input {
  readonly source: Source;
  /** The source's name without a compression suffix. */
  readonly name: string;
  /** The decompressed file; ranges are cheap unless it was compressed. */
  readonly plain: () => Promise<Source>;
  /** The decompressed bytes in order, never held whole. */
  readonly pieces: () => AsyncIterable<Uint8Array>;
}

/** A table as it stands in the file. `null` is said where the file does not say. */
export interface RawTable {
  readonly features: Matrix | Csr;
  readonly featureNames: readonly string[] | null;
  readonly ids: readonly string[] | null;
  readonly labels: readonly string[] | null;
  /** Columns that are no features, with their types. */
  readonly metadata?: readonly MetadataColumn[];
  /** How roles were given to columns; absent where the format itself says what is what. */
  readonly reading?: RawReading;
  readonly warnings: readonly Warning[];
  /** True where the reader has itself obeyed `normalize` and `maxFeatures`. */
  readonly prepared?: boolean;
  /** True where the names are those that `featureNames` gave. */
  readonly named?: boolean;
}

/** The roles of the columns of one file, with the values of those that may be ids. */
export interface RawReading {
  readonly ids: { readonly column: string; readonly reason: string } | null;
  readonly label: string | null;
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  /** Columns that may hold ids, likeliest first. */
  readonly candidates: readonly IdColumn[];
}

/** Texts as they stand in the file: labels or names. */
export interface RawTexts {
  readonly values: readonly string[];
  readonly ids: readonly string[] | null;
}

/** What a file offers to choose from, known without reading all of it. */
export interface Contents {
  /** Columns besides the features' matrix or among it: any may be ids or labels, those of numbers are features. */
  readonly columns: readonly { readonly name: string; readonly kind: 'number' | 'text' | 'list' | 'other' }[];
  /** Keys of arrays that may be embeddings. */
  readonly arrays: readonly string[];
  /** AnnData: layers besides X. */
  readonly layers: readonly string[];
}

/** One file format. */
export interface FormatReader {
  table(input: Input, settings: Settings): Promise<RawTable>;
  /** Absent where an embedding is a table like any other. */
  embedding?(input: Input, settings: Settings): Promise<RawTable>;
  texts(input: Input, settings: Settings): Promise<RawTexts>;
  /** Absent where a file has no names to choose from. */
  contents?(input: Input, settings: Settings): Promise<Contents>;
}
