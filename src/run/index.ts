/** whymap/run: from named files and options to an explanation, as the command line and the page do it. */
export { type Given, integerOption, numberOption } from './arguments.js';
export {
  type Explained,
  explainFiles,
  explainOptions,
  explanationFile,
  type Run,
  titleOf,
} from './explain.js';
