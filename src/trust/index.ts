/** whymap/trust: how far a map can be trusted. Each function is described where it is written. */

export type { StructureAnswer, StructureFinding, StructureLayer } from '../model.js';
export type { Audit, AuditOptions, PointwiseAudit } from './audit.js';
export { audit } from './audit.js';
export { type LayerInput, type LayerOfTrust, trustLayer, trustLayerSteps } from './layer.js';
export type { Measure, MeasureOptions, TrustMeasures } from './measure.js';
export { measureTrust } from './measure.js';
export { MEASURE_NAMES, MEASURES, type MeasureDefinition, type MeasureName } from './measure-table.js';
export { communities } from './measures/communities.js';
export { densityPreservation } from './measures/density.js';
export type { Distortion, DistortionOptions, Links, LocalMaps } from './measures/distortion.js';
export { distortion, groupsOfBoth, localMaps, nullShareFar } from './measures/distortion.js';
export { compareNeighborhoods } from './measures/neighborhoods.js';
export {
  continuity,
  neighborhoodPreservation,
  preservationArea,
  relativeRankErrorFalse,
  relativeRankErrorMissing,
  trustworthiness,
} from './measures/rank-measures.js';
export { adjustPValues, nullPoints, nullTrustworthiness, pointPValues } from './measures/rank-null.js';
export { tripletAccuracy } from './measures/triplets.js';
export type { LocalityTrustInput, ModuleTrustInput, PointwiseTrust, RegionTrust } from './module-trust.js';
export { localityTrust, moduleTrust } from './module-trust.js';
export type { EmbedFunction, ReembeddedNull } from './reembedded.js';
export { mapAgreement, permutedFeatures, reembeddedNull } from './reembedded.js';
export { referenceSpace } from './reference-space.js';
export type { NamedRegion } from './structure/candidates.js';
export { findStructures } from './structure/find.js';
export { STRUCTURE_ANSWERS, structureLayer, structuresInOrder } from './structure/layer.js';
export type { StructureInput, StructureOptions, StructureTrace } from './structure/trace.js';
export { traceStructure } from './structure/trace.js';
export type {
  MapStructures,
  ShownIn,
  StructureFigure,
  StructureKind,
  TracedStructure,
} from './structure/types.js';
export type {
  Answer,
  Figure,
  NeighborhoodOptions,
  Neighborhoods,
  TrustInput,
  VerdictFigure,
  VerdictSentence,
} from './types.js';
export { verdictParagraph } from './verdict/verdict.js';
export { verdictOfStructure } from './verdict/verdict-structure.js';
