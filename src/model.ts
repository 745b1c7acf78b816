/**
 * The nouns of whymap: types only, one file a subject. Every value is a plain object over typed arrays, row-major, and is
 * treated as immutable once it has been returned. All other files import them from here.
 */

export type * from './model/evaluation.js';
export type * from './model/explanation.js';
export type * from './model/graph.js';
export type * from './model/localities.js';
export type * from './model/matrix.js';
export type * from './model/modules.js';
export type * from './model/table.js';
export type * from './model/trust.js';
