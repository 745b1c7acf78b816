import type { Embedding, Explanation, Matrix, Table } from '../src/model.js';

/** What a relation makes of the data: see relations.mjs. */
export interface Related {
  readonly features?: Matrix;
  readonly coordinates?: Matrix;
  readonly options?: { readonly localitySize: number; readonly support: number; readonly gate: number };
  /** Row and column of the first data at each place of the related data. */
  readonly rows?: Int32Array;
  readonly columns?: Int32Array;
}

export interface Relation {
  /** `bytes`: the same; `rounding`: to 1e-6; `input`: to the rounding of the input; `covering`: as another covering. */
  readonly keeps: 'bytes' | 'rounding' | 'input' | 'covering';
  make(data: {
    readonly features: Matrix;
    readonly map: Matrix;
    readonly seed: number;
    readonly localitySize: number;
  }): Related;
}

export const RELATIONS: Readonly<Record<string, Relation>>;

export function inputOf(
  features: Matrix,
  coordinates: Matrix,
  columns?: Int32Array,
): { readonly table: Table; readonly embedding: Embedding };

export function compare(
  first: Explanation,
  second: Explanation,
  made: Related,
): {
  readonly least: number;
  readonly mean: number;
  readonly loading: number;
  readonly presence: number;
  readonly turned: number;
  readonly border: number;
};
