/** What the engine's steps of t-SNE and UMAP take: types only. */

/** What t-SNE's gradient descent keeps between steps: rows x dimensions each, changed in place. */
export interface TsneState {
  readonly y: Float64Array;
  readonly velocity: Float64Array;
  readonly gains: Float64Array;
}

/** Options of `tsneSteps`. */
export interface TsneSteps {
  readonly dimensions: number;
  readonly steps: number;
  /** Largest size of a group of samples that counts as one, divided by its distance; 0 computes all pairs. */
  readonly theta: number;
  readonly learningRate: number;
  readonly momentum: number;
  /** Factor of the attraction. */
  readonly exaggeration: number;
  /** Whether to compute the divergence before the last step. */
  readonly withLoss: boolean;
}

/** Options of `tsnePlacement`; groups are of targets. */
export interface TsnePlacement extends Omit<TsneSteps, 'withLoss'> {
  /** Longest force on a sample, in the unit of `learningRate`; a longer one is shortened to it. */
  readonly longestForce: number;
}

/** Options of `sampledEpochs`. */
export interface SampledEpochs {
  readonly dimensions: number;
  /** Epochs `first` to `first + epochs` of a run of `total`. */
  readonly first: number;
  readonly epochs: number;
  readonly total: number;
  /** The output kernel 1 / (1 + a d^(2b)). */
  readonly a: number;
  readonly b: number;
  readonly learningRate: number;
  readonly negativeSampleRate: number;
  readonly repulsionStrength: number;
  /** Seed of the negative samples, 32 bits. */
  readonly seed: number;
  /**
   * Coordinates of fixed samples that edges lead to (targets x dimensions); null where edges lead to the moving
   * samples.
   */
  readonly targets: Float64Array | null;
}
