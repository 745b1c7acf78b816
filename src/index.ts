/** @module whymap */

export { type ChosenEngine, chooseEngine, type EngineChoice, type EngineOptions } from './engine/choose.js';
export {
  type Context,
  type ContextOptions,
  createContext,
  type PartialContext,
  type Progress,
} from './engine/context.js';
export {
  CancelledError,
  type ErrorParts,
  FormatError,
  MachineError,
  OptionError,
  ShapeError,
  UnsupportedError,
  WhymapError,
} from './errors.js';
export { type ExplainInput, type ExplainOptions, explain } from './lava/explain.js';
export type * from './model.js';
