/** How far a map can be trusted at each sample. Types only. */

/** Links between samples, worst first. */
export interface TrustLinks {
  /** Rows of the two samples. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** How many samples are nearer to `from` than `to` is, in the space where the two are far. */
  readonly rank: Int32Array;
}

/** How far the map can be trusted at each sample, where it is torn and glued, and what may be read off it. */
export interface TrustLayer {
  /** Size of the neighborhoods that were compared. */
  readonly k: number;
  /** One a sample: the smaller of trustworthiness and continuity, 0 to 1. */
  readonly value: Float32Array;
  /** The value that a shuffled map has on average. */
  readonly chance: number;
  /** How many of the k true neighbors are far on the map, and of the k on the map far in the data; one a sample. */
  readonly torn: Uint16Array;
  readonly glued: Uint16Array;
  /** True neighbors that are farthest apart on the map, and neighbors on the map that are farthest in the data. */
  readonly tornLinks: TrustLinks;
  readonly gluedLinks: TrustLinks;
  /** In reading order. */
  readonly verdict: readonly {
    readonly about: string;
    readonly answer: 'yes' | 'partly' | 'no' | 'unknown';
    readonly text: string;
  }[];
}

/** Is a structure of the map in the data? */
export type StructureAnswer = 'in the data' | 'made by the projection' | 'cannot be told';

/** A structure of the map, and whether it is in the data. */
export interface StructureFinding {
  readonly kind: 'cluster' | 'gap' | 'bridge' | 'hole' | 'region';
  readonly name: string;
  readonly answer: StructureAnswer;
  /** The answer and what it rests on, in words. */
  readonly text: string;
  /** Rows of the samples that it is about, ascending. */
  readonly rows: Int32Array;
}

/** The structures of the map, traced to the data: what `--structure` adds. */
export interface StructureLayer {
  /** Sentences: how many structures have which answer; what the clusters hold by label. */
  readonly summary: readonly string[];
  /** Those in the data first, then those made by the projection, then those that cannot be told. */
  readonly findings: readonly StructureFinding[];
}

/** How forces on the map act across a structure: between the two sides of a gap, or a group and all others. */
export interface StructureForces {
  /** Sums of attractions and of repulsions over pairs across, and of attractions over pairs on the same side. */
  readonly attractionAcross: number;
  readonly repulsionAcross: number;
  readonly attractionWithin: number;
  /** Pairs across that attract one another, and how many of them, strongest first, make up half of that attraction. */
  readonly pairsAcross: number;
  readonly pairsOfHalf: number;
  /** The strongest of these pairs: rows and force. */
  readonly strongest: readonly { readonly i: number; readonly j: number; readonly force: number }[];
  /**
   * Distance of the two sides' nearest samples on the map, over the usual distance to the 10th neighbor: as it is, after further
   * steps of the method from there, and after the same steps without these pairs.
   */
  readonly width: number;
  readonly widthAfter: number;
  readonly widthWithout: number;
}
