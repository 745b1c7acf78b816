/** How features are chosen by someone else while a reader passes over the values. */

import type { Warning } from '../../model.js';

/**
 * Chooses features from the values while a reader passes over them, where it can do so without holding them (AnnData,
 * 10x `.h5`, and text tables that do not fit in memory). Other readers do not call it.
 */
export interface FeatureChooser {
  /** Before the values. Resolves to how often they must come by: 0 keeps all features. */
  begin(file: StreamedFile): Promise<number>;
  /** Before each time that the values come by, counted from 0. */
  pass(pass: number): void;
  /** A value, normalized if requested; zeros that are not stored do not come. */
  add(value: number, sample: number, feature: number): void;
  /** The columns to keep, ascending; null for all. */
  choose(): { readonly kept: readonly number[] | null; readonly warnings: readonly Warning[] };
}

/** What is known of a table before its values. */
export interface StreamedFile {
  readonly name: string;
  readonly samples: number;
  readonly sparse: boolean;
  readonly ids: readonly string[] | null;
  readonly featureNames: readonly string[];
}
