/** What a study is given, and how it is run: `whymap reproduce NAME` looks it up and writes what it returns. */

import type { Context } from '../engine/context.js';
import type { StudyResult } from './report.js';

export interface StudyInput {
  readonly context: Context;
  readonly seed: number;
  /** Number of runs with different seeds. */
  readonly repeats: number;
  /** Most samples of each data set. */
  readonly rows: number;
  /** Data sets, in order. */
  readonly sets: readonly string[];
  /** Folder with further data sets. */
  readonly data: string | undefined;
}

export interface Study {
  readonly summary: string;
  readonly defaults: { readonly rows: number; readonly repeats: number; readonly sets: readonly string[] };
  readonly run: (input: StudyInput) => Promise<StudyResult>;
}
