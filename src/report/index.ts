/** The viewer as `whymap/viewer`: the offline report, and a local server that shows an explanation. */

export { withFileNames } from './names.js';
export {
  bytesFromBase64,
  COMPARISON_ELEMENT,
  comparisonElement,
  EXPLANATION_ELEMENT,
  EXPLANATION_MARK,
  fillPage,
  offlinePolicy,
} from './page.js';
export { type ReportOptions, renderReport } from './report.js';
export { type ServeOptions, type Serving, serve, serveSite } from './serve.js';
export { type FeatureValuesOptions, withFeatureValues } from './values.js';
