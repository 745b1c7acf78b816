/** LAVA: explaining an embedding by modules of locally correlated features. */

export { type AssociationOptions, associate, associationRules, releaseAssociations } from './associations.js';
export { describeModules } from './describe.js';
export { type ExplainInput, type ExplainOptions, explain } from './explain.js';
export {
  type Enrichment,
  type EnrichmentOptions,
  type GeneSet,
  geneSetEnrichment,
  parseGeneSets,
} from './gene-sets.js';
export { defaultLocalitySize, type LocalityOptions, locate } from './localities.js';
export { factorize, type ModuleOptions } from './modules.js';
export { parseRegion } from './parse-region.js';
export { samplePresence } from './presence.js';
export {
  type ComparedModule,
  type ComparisonAnswer,
  compareRegions,
  describeRegion,
  type ModuleInRegion,
  type RegionAnswer,
} from './queries.js';
export { type Region, regionName, regionRows } from './regions.js';
export { type FeatureSelection, keepFeatures, selectFeatures } from './select-features.js';
export { comparisonSentences, featureSentences, pairSentences, regionSentences } from './sentences.js';
export { moduleSigns } from './signed-patterns.js';
export { moduleSignificance, type SignificanceOptions } from './significance.js';
export { moduleStability, type StabilityOptions } from './stability.js';
export {
  type FeatureAnswer,
  type FeatureCorrelation,
  featureAgainstAll,
  type PairAnswer,
  type PairSide,
  pairValues,
} from './value-queries.js';
