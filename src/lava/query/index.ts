/** Questions about an explanation: regions, what is in them, raw values, and answers in sentences. */

export { carriedCorrelation, carriedValues } from './carried-values.js';
export { columnNamed, columnsOfSamples, isMissing, labelName } from './columns.js';
export {
  type Marker,
  type MarkerAnswer,
  type MarkerOptions,
  type MarkerQuestion,
  rankMarkers,
} from './markers.js';
export { groupPresence, type ModuleGroup, moduleGroups } from './module-groups.js';
export {
  headline,
  moduleRemarks,
  moduleSentence,
  moduleStatements,
  type Statement,
  summary,
} from './module-sentences.js';
export {
  type LevelShare,
  levelsInRegion,
  localitiesHolding,
  modulesInRegion,
  type PresenceInRegion,
  type PresenceSource,
  samplesWithModule,
} from './modules-in-region.js';
export { type ParseRegionOptions, parseRegion, quotedName } from './parse-region.js';
export { type Polygon, pointsInPolygon } from './polygon.js';
export { type PseudobulkOf, type PseudobulkTest, pseudobulk } from './pseudobulk.js';
export {
  type ComparedModule,
  type ComparisonAnswer,
  compareRegions,
  describeRegion,
  type ModuleInRegion,
  type RegionAnswer,
} from './queries.js';
export { type Region, regionName, regionRows } from './regions.js';
export {
  comparisonSentences,
  featureSentences,
  groupSentences,
  markerSentences,
  pairSentences,
  regionSentences,
} from './sentences.js';
export {
  type FeatureAnswer,
  type FeatureCorrelation,
  featureAgainstAll,
  type PairAnswer,
  type PairSide,
  pairValues,
} from './value-queries.js';
