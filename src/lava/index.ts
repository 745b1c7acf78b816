/** LAVA: explaining an embedding by modules of locally correlated features. */

export {
  type AssociationOptions,
  associate,
  associationRules,
  releaseAssociations,
} from './associations/associations.js';
export { type FeatureSelection, keepFeatures, selectFeatures } from './associations/select-features.js';
export {
  type ComparedRow,
  type ConditionComparison,
  type ConditionOptions,
  compareConditions,
} from './conditions/compare.js';
export { groupingColumns, keptWithin, withinFlags } from './conditions/kept-within.js';
export { moduleScores, type ScoredModules, type ScoreOptions } from './conditions/scores.js';
export type { Verdict } from './conditions/verdict.js';
export { describeModules } from './describe/describe.js';
export {
  type Enrichment,
  type EnrichmentOptions,
  type GeneSet,
  geneSetEnrichment,
  parseGeneSets,
} from './describe/gene-sets.js';
export { samplePresence } from './describe/presence.js';
export { presentThreshold } from './describe/present.js';
export { moduleSigns } from './describe/signed-patterns.js';
export { comesBack } from './evaluate/comes-back.js';
export { moduleSignificance, type SignificanceOptions } from './evaluate/significance.js';
export { moduleStability, type StabilityOptions } from './evaluate/stability.js';
export { type ExplainInput, type ExplainOptions, explain } from './explain.js';
export { factorize, type ModuleOptions } from './factorize/modules.js';
export { defaultLocalitySize, type LocalityOptions, locate } from './localities/localities.js';

export { carriedCorrelation, carriedValues } from './query/carried-values.js';

export {
  type LevelShare,
  levelsInRegion,
  localitiesHolding,
  modulesInRegion,
  type PresenceInRegion,
  type PresenceSource,
  samplesWithModule,
} from './query/modules-in-region.js';
export { parseRegion } from './query/parse-region.js';
export { type Polygon, pointsInPolygon } from './query/polygon.js';
export {
  type ComparedModule,
  type ComparisonAnswer,
  compareRegions,
  describeRegion,
  type ModuleInRegion,
  type RegionAnswer,
} from './query/queries.js';
export { type Region, regionName, regionRows } from './query/regions.js';
export { comparisonSentences, featureSentences, pairSentences, regionSentences } from './query/sentences.js';
export {
  type FeatureAnswer,
  type FeatureCorrelation,
  featureAgainstAll,
  type PairAnswer,
  type PairSide,
  pairValues,
} from './query/value-queries.js';
