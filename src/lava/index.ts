/** LAVA: explaining an embedding by modules of locally correlated features. */

export * as words from '../core/words.js';
export {
  type AssociationOptions,
  associate,
  associationRules,
  releaseAssociations,
} from './associations/associations.js';
export { type FeatureSelection, keepFeatures, selectFeatures } from './associations/select-features.js';
export {
  type ConditionComparison,
  type ConditionOptions,
  compareConditions,
} from './conditions/compare.js';
export { groupingColumns, keptWithin, withinFlags } from './conditions/kept-within.js';
export type { ComparedRow } from './conditions/rows.js';
export { moduleScores, type ScoredModules, type ScoreOptions } from './conditions/scores.js';
export { conditionSentences } from './conditions/sentences.js';
export type { Verdict } from './conditions/verdict.js';
export { describeModules } from './describe/describe.js';
export {
  type Enrichment,
  type EnrichmentOptions,
  type GeneSet,
  geneSetEnrichment,
  geneSetsSentence,
  nameByGeneSets,
  parseGeneSets,
} from './describe/gene-sets.js';
export { moduleTitle, shownName } from './describe/module-name.js';
export { samplePresence } from './describe/presence.js';
export { presentThreshold } from './describe/present.js';
export { alikeModules, alikeSentences, readingOrder } from './describe/reading-order.js';
export { moduleSigns } from './describe/signed-patterns.js';
export { comesBack } from './evaluate/comes-back.js';
export { moduleSignificance, type SignificanceOptions } from './evaluate/significance.js';
export { moduleStability, type StabilityOptions } from './evaluate/stability.js';
export { type ExplainInput, type ExplainOptions, explain } from './explain.js';
export { factorize, type ModuleOptions } from './factorize/modules.js';
export { defaultLocalitySize, type LocalityOptions, locate } from './localities/localities.js';

export * from './query/index.js';
