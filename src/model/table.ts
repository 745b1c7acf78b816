/** What is read from files: a table of samples x features with its metadata, and an embedding of the same samples. Types only. */

import type { Csr, Matrix } from './matrix.js';

/** A finding that a person must see. Carried in results, never printed by the library. */
export interface Warning {
  /** Stable, for programs: for example `constant-features`. */
  readonly code: string;
  /** One sentence for people: what was found, how much, where first, what was done about it. */
  readonly message: string;
  /** The message with options as mentions, for a face that spells them in its own way; absent where none is mentioned. */
  readonly words?: string | readonly (string | { readonly option: string; readonly value?: string })[];
}

/** A metadata column of groups: donor, condition, cell type. */
export interface CategoricalColumn {
  readonly name: string;
  readonly kind: 'categorical';
  /** One a sample: index into `levels`, or -1 where the value is missing. */
  readonly codes: Int32Array;
  /** The distinct values, in the source's order where it has one, otherwise in order of text. */
  readonly levels: readonly string[];
}

/** A metadata column of numbers: age, counts per cell. */
export interface NumericColumn {
  readonly name: string;
  readonly kind: 'numeric';
  /** One a sample; NaN where the value is missing. */
  readonly values: Float64Array;
}

/** What is known of the samples beside their features. Never used to find modules unless an option says so. */
export type MetadataColumn = CategoricalColumn | NumericColumn;

/** Samples x features, with the names of both where the source has them. */
export interface Table {
  readonly features: Matrix | Csr;
  /** Length `features.columns`; `f0`, `f1`... where the source has no names. */
  readonly featureNames: readonly string[];
  /** Sample ids, length `features.rows`, or null where the source has none. */
  readonly ids: readonly string[] | null;
  /** One label a sample (cell type, digit...), or null. Never used by the method, only shown. */
  readonly labels: readonly string[] | null;
  /** Metadata columns in the source's order, each with one value a sample; absent where the source has none. */
  readonly metadata?: readonly MetadataColumn[];
  /** What was read: a path or a name, and the SHA-256 of its bytes in hexadecimal when known. */
  readonly source: { readonly name: string; readonly sha256: string | null };
  /** What was dropped or repaired on the way in. */
  readonly dropped: {
    readonly rows: number;
    readonly features: readonly string[];
    /** Which rows of the source were dropped, ascending, so that files joined by row order stay aligned. */
    readonly rowNumbers?: Int32Array;
  };
  readonly warnings: readonly Warning[];
}

/** Coordinates of the same samples in a latent space of any dimension. */
export interface Embedding {
  /** samples x dimensions. */
  readonly coordinates: Matrix;
  /** Sample ids where the source has them, for joining with a table. */
  readonly ids: readonly string[] | null;
  readonly source: { readonly name: string; readonly sha256: string | null };
}

/**
 * Raw values of some features, so that an explanation can show them without its table. Feature after
 * feature: the value of sample r in `features[i]` is `data[i * rows + r]`. Bytes when every value is an
 * integer from 0 to 255, which loses nothing; doubles where single precision would lose digits of a large offset.
 */
export interface FeatureValues {
  /** Columns of the table, ascending. */
  readonly features: Int32Array;
  readonly data: Float32Array | Float64Array | Uint8Array;
}
