/** What an embedding method is to `embed`: a function from its input to a solution or to a run by forces. */

import type { Context } from '../../engine/context.js';
import type { Csr, Matrix, Warning } from '../../model.js';
import type { Model } from '../model.js';
import type { EmbedOptions, Solve } from '../options.js';
import type { Dynamics } from '../run.js';

export interface MethodInput {
  readonly features: Matrix | Csr;
  /** Checked options; defaults are the method's to fill in. */
  readonly options: EmbedOptions;
  readonly dimensions: number;
  readonly solve: Solve;
  readonly context: Context;
}

/** A method ready to run, or solved. */
export interface Prepared {
  /** Start of a run (rows x dimensions), or the solution when `dynamics` is null. */
  readonly y: Float64Array;
  readonly dynamics: Dynamics | null;
  /** Steps planned; 0 when solved. */
  readonly steps: number;
  /** Eigenvalues of a spectral solution, else null. */
  readonly eigenvalues: Float64Array | null;
  /** What new samples are placed with, made from the finished coordinates; null where a method has none. */
  readonly model: ((y: Float64Array) => Model) | null;
  /** Options as used, for the record. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly warnings: readonly Warning[];
}

export interface Method {
  /** Ways to solve, the default first. */
  readonly solves: readonly Solve[];
  readonly prepare: (input: MethodInput) => Promise<Prepared>;
}
