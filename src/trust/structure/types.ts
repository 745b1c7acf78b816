/** What the tracing of a map's structure takes and gives: types only. */

import type { StructureAnswer, StructureFinding, StructureForces } from '../../model.js';

/** A kind of structure that people read off a map. */
export type StructureKind = StructureFinding['kind'];

/** A group of samples that stand together on the map. */
export interface MapCluster {
  readonly name: string;
  /** Row numbers, ascending. */
  readonly rows: Int32Array;
}

/** Two groups that stand apart on the map. */
export interface MapGap {
  /** Positions among the clusters. */
  readonly a: number;
  readonly b: number;
  /** Distance of their nearest samples on the map, over the usual distance to the 10th nearest sample. */
  readonly width: number;
  /** Whether no other cluster lies nearer to either (an edge of the least tree over the clusters). */
  readonly adjacent: boolean;
}

/** Few samples that link two groups on the map. */
export interface MapBridge {
  readonly a: number;
  readonly b: number;
  readonly rows: Int32Array;
  /** Distance of the two groups without these samples over the longest step across with them, on the map. */
  readonly ratio: number;
}

/** An empty place that samples surround on the map (two dimensions only). */
export interface MapHole {
  /** Coordinates on the map. */
  readonly center: readonly [number, number];
  readonly radius: number;
  /** Row numbers of samples around it, in order. */
  readonly rim: Int32Array;
  /** Scale at which the hole is filled over that at which its rim closes, on the map. */
  readonly ratio: number;
}

/** What can be read off a map: found without looking at the data. */
export interface MapStructures {
  /** Cluster of each sample; -1 for samples between clusters or in groups that are too small. */
  readonly labels: Int32Array;
  /** The same for every sample: the cluster that a sparse sample belongs to, and further numbers for small groups. */
  readonly pieces: Int32Array;
  readonly clusters: readonly MapCluster[];
  readonly gaps: readonly MapGap[];
  readonly bridges: readonly MapBridge[];
  readonly holes: readonly MapHole[];
}

export interface FindOptions {
  /** Fewest samples of a cluster, at least 8. Default 20, or a tenth of the samples where these are fewer than 200. */
  readonly leastSamples?: number;
}

/** A figure that an answer rests on. */
export interface StructureFigure {
  readonly name: string;
  readonly value: number;
  /** What is expected where the structure is not in the data; null where there is no such value. */
  readonly null: number | null;
}

/** Of so many maps, so many show the structure. */
export interface ShownIn {
  readonly shown: number;
  readonly of: number;
}

/** A structure of the map and what the data say about it. */
export interface TracedStructure {
  readonly kind: StructureKind;
  readonly name: string;
  /** What would have to be true in the data. */
  readonly statement: string;
  readonly answer: StructureAnswer;
  /** The statistic in the data: its name, its value, and its value without the structure. */
  readonly statistic: StructureFigure;
  /** p of the statistic against data without the structure, alone and corrected over the structures of the map (Holm). */
  readonly p: number;
  readonly pAdjusted: number;
  /** Further figures that the answer rests on. */
  readonly figures: readonly StructureFigure[];
  /** Maps of the same data with other seeds that show it too; null where none was made. */
  readonly seeds: ShownIn | null;
  /** Maps of one normal cloud that show a structure of this kind as marked as this one; null where none was made. */
  readonly nullMaps: ShownIn | null;
  readonly forces: StructureForces | null;
  /** Rows of the samples that it is about: both sides of a gap, a cluster, the samples of a bridge, the rim of a hole. */
  readonly rows: readonly Int32Array[];
  /** Where it is on the map, one coordinate a dimension: the mean of its samples, of a gap those of the smaller side. */
  readonly center: readonly number[];
  /** The answer and what it rests on, in words. */
  readonly text: string;
}
