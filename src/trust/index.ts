/** whymap/trust: how far a map can be trusted. Each function is described where it is written. */

export type { Audit, AuditOptions, PointwiseAudit } from './audit.js';
export { audit } from './audit.js';
export { communities } from './communities.js';
export { densityPreservation } from './density.js';
export type { Distortion, DistortionOptions, Links, LocalMaps } from './distortion.js';
export { distortion, groupsOfBoth, localMaps, nullShareFar } from './distortion.js';
export { type LayerInput, trustLayer } from './layer.js';
export type { Measure, MeasureName, MeasureOptions, TrustMeasures } from './measure.js';
export { MEASURE_NAMES, measureTrust } from './measure.js';
export type { LocalityTrustInput, ModuleTrustInput, PointwiseTrust, RegionTrust } from './module-trust.js';
export { localityTrust, moduleTrust } from './module-trust.js';
export { compareNeighborhoods } from './neighborhoods.js';
export {
  continuity,
  neighborhoodPreservation,
  preservationArea,
  relativeRankErrorFalse,
  relativeRankErrorMissing,
  trustworthiness,
} from './rank-measures.js';
export { adjustPValues, nullPoints, nullTrustworthiness, pointPValues } from './rank-null.js';
export type { EmbedFunction, ReembeddedNull } from './reembedded.js';
export { mapAgreement, permutedFeatures, reembeddedNull } from './reembedded.js';
export { tripletAccuracy } from './triplets.js';
export { trueSpace } from './true-space.js';
export type {
  Answer,
  Figure,
  NeighborhoodOptions,
  Neighborhoods,
  TrustInput,
  VerdictFigure,
  VerdictSentence,
} from './types.js';
export { verdictParagraph } from './verdict.js';
