/** The nouns of a reading plan: which role each column has and why, and how the rows of two files belong together. */

import type { Warning } from '../../model.js';

/** What the options say about the columns of one file. */
export interface Wish {
  /** Features of samples, coordinates of a map, or labels and metadata. */
  readonly purpose: 'features' | 'map' | 'labels';
  /** The column of ids. */
  readonly id?: string;
  /** Use `id` only where the file has such a column: the option was meant for another file first. */
  readonly idIfThere?: boolean;
  /** The column of labels. */
  readonly label?: string;
  /** Only these columns, in the file's order; `*` stands for any characters. */
  readonly columns?: readonly string[];
  /** None of these columns; `*` stands for any characters. */
  readonly drop?: readonly string[];
}

/** A column that is not used as features or coordinates, and why. */
export interface LeftOut {
  readonly position: number;
  readonly name: string;
  /** A clause: `is text`, `numbers the rows`. */
  readonly reason: string;
}

/** The roles of the columns of one file. Positions count columns from 0. */
export interface ColumnRoles {
  /** The column that holds the ids, or null. */
  readonly ids: number | null;
  readonly idReason: string;
  /** Columns that may hold ids, best first, `ids` among them. */
  readonly candidates: readonly number[];
  /** Features or coordinates. */
  readonly used: readonly number[];
  readonly label: number | null;
  /** Columns that are kept beside the features. */
  readonly metadata: readonly number[];
  readonly left: readonly LeftOut[];
  readonly warnings: readonly Warning[];
}

/** A column whose values may be the ids of the samples. */
export interface IdColumn {
  /** As people call it: its name, or `the unnamed first column`. */
  readonly name: string;
  /** One a row; the empty text where the cell is missing. */
  readonly values: readonly string[];
  /** The file, the column's name or an option says that these are ids. */
  readonly declared: boolean;
  /** Ids only if the other file has them too: numbers without a telling name, texts that repeat. */
  readonly weak?: boolean;
  /** An option names the column. */
  readonly requested: boolean;
  /** The first number, where the column only counts the rows. */
  readonly counter: number | null;
  /** The name of the feature that the column is, where it is read as one too. */
  readonly feature: string | null;
}

/** One of the two files. */
export interface PairingSide {
  readonly source: string;
  readonly rows: number;
  /** Columns that may hold ids, likeliest first. */
  readonly candidates: readonly IdColumn[];
  /** Names of the features: they are the other file's ids where a table is transposed. */
  readonly featureNames: readonly string[];
  /** Rows before some were dropped; as `rows` where none was. */
  readonly rowsBefore: number;
  /** The option that names the column of ids in this file. */
  readonly option: 'id' | 'mapId' | 'labelsId';
}

/** Rows of the ids that repeat, and of those that are missing. */
export interface Repeats {
  readonly repeated: readonly { readonly id: string; readonly rows: readonly number[] }[];
  readonly missing: readonly number[];
}

/** What was read from one file, for people and for `summary.json`. */
export interface FileReading {
  readonly source: string;
  readonly rows: number;
  /** Features or coordinates: how many, and the names of the first and the last. */
  readonly columns: number;
  readonly first: readonly string[];
  readonly last: string;
  /** Columns that are no features, and why. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  readonly ids: { readonly column: string; readonly reason: string } | null;
  readonly label: { readonly column: string; readonly levels: number; readonly missing: number } | null;
  readonly metadata: readonly {
    readonly name: string;
    readonly kind: 'categorical' | 'numeric';
    readonly levels: number | null;
    readonly missing: number;
  }[];
  /** Counts, logarithms, scaled values...: what the numbers look like; null where that says nothing. */
  readonly values: string | null;
  /** Where a file is only looked at: columns with cells that are missing or not finite, and how many, most first. */
  readonly missing?: readonly { readonly name: string; readonly cells: number }[];
}

/** How the rows of two files were paired. */
export interface PairingNote {
  readonly how: 'id' | 'row';
  /** The columns of ids; null where rows were paired by order. */
  readonly columns: { readonly first: string; readonly second: string } | null;
  /** Samples in both files. */
  readonly matched: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** One sentence. */
  readonly text: string;
}

/** How all files of a run were read. */
export interface ReadingPlan {
  readonly features: FileReading;
  /** Null when the map is made here. */
  readonly map: FileReading | null;
  readonly labels: FileReading | null;
  readonly pairing: { readonly map: PairingNote | null; readonly labels: PairingNote | null };
  /** Columns inside whose levels features are correlated; absent without. */
  readonly within?: readonly string[];
  /** Where files are only looked at and no map is named: keys of the maps in the features' own file; absent without. */
  readonly maps?: readonly string[];
  /** The plan in short lines, as printed. */
  readonly lines: readonly string[];
}
