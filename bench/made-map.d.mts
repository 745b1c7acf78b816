import type { Explanation } from '../src/model.js';

/** An explanation of `rows` samples that is made up; see made-map.mjs. */
export function madeMap(rows: number, modules?: number): Explanation;
