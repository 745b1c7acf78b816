/** whymap/run: from named files and options to an explanation, as the command line and the page do it. */
export {
  type Explained,
  type ExplainValues,
  explainFiles,
  explainOptions,
  explanationFile,
  type Run,
  titleOf,
} from './explain.js';
export { type MarkerTable, markerTable } from './marker-table.js';
export { notesOf, type PlannedFiles, planFiles } from './plan-files.js';
