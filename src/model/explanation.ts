/** The result of explaining an embedding, in one value: map, localities, modules, descriptions, trust. Types only. */

import type { Granularity } from './evaluation.js';
import type { AssociationCounts, Localities } from './localities.js';
import type { Matrix } from './matrix.js';
import type { GeneSetCounts, ModuleDescription, Modules } from './modules.js';
import type { Embedding, FeatureValues, MetadataColumn, Warning } from './table.js';
import type { StructureLayer, TrustLayer } from './trust.js';

/** The result of explaining an embedding: what is written to `explanation.whymap` and shown. */
export interface Explanation {
  readonly rows: number;
  readonly featureNames: readonly string[];
  readonly ids: readonly string[] | null;
  readonly labels: readonly string[] | null;
  /** Metadata columns of the table, carried along; absent where it had none. */
  readonly metadata?: readonly MetadataColumn[];
  readonly embedding: Embedding;
  readonly localities: Localities;
  readonly modules: Modules;
  /** samples x modules: mean presence over the localities that hold the sample. */
  readonly samplePresence: Matrix;
  /**
   * samples x modules: the level of each module in each sample, the mean of its standardized leading features with their
   * signs (see moduleScores); absent in explanations of earlier versions.
   */
  readonly sampleScores?: Matrix;
  readonly descriptions: readonly ModuleDescription[];
  readonly associationCounts: AssociationCounts;
  /** Normalized options: all that is needed to run this again. */
  readonly options: Readonly<Record<string, unknown>>;
  /** How the number of modules was chosen; only with `modules: 'auto'`. */
  readonly granularity?: Granularity;
  /** What became of the gene sets that were given to name the modules; absent without. */
  readonly geneSets?: GeneSetCounts;
  /** Width and height when features are the pixels of an image. */
  readonly image: { readonly width: number; readonly height: number } | null;
  /** Raw values of the features that matter; absent or null when none travel with the explanation. */
  readonly values?: FeatureValues | null;
  /** Trust at every sample; absent or null where it was not measured. */
  readonly trust?: TrustLayer | null;
  /** Whether what the map shows is in the data; absent or null where that was not traced. */
  readonly structure?: StructureLayer | null;
  readonly warnings: readonly Warning[];
  readonly engine: { readonly name: string; readonly reason: string; readonly threads: number };
  /** Seconds by stage. The only part that differs between two runs of the same input, options and seed. */
  readonly timings: Readonly<Record<string, number>>;
}
