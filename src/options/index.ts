/** whymap/options: one table of options, and what is made from it. See README.md. */

export { type OptionMention, type Spelling, spelledParts } from '../errors.js';
export { COMMANDS, type CommandDescription, commandNamed } from './commands.js';
export {
  type CommandName,
  type ImageSize,
  OPTION_GROUPS,
  type OptionDefinition,
  type OptionGroup,
  type OptionType,
} from './definition.js';
export { nearestName, parseOptions, recordedOptions } from './parse.js';
export { GROUP_TITLES, optionsReference } from './reference.js';
export { commandLineSpelling, kebabCase, pythonSpelling, snakeCase, spelledWarnings } from './spelling.js';
export {
  type EmbeddingValues,
  findOption,
  type InputValues,
  OPTIONS,
  type OptionValues,
  optionsOf,
  type PrintValues,
  type RunValues,
} from './table.js';
export { expectedWords, type OptionTexts } from './values.js';
