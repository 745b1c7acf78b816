/**
 * How deep the values of a Parquet column may be nested and repeated.
 * Fails: Error for a path that is not in the schema.
 */

import type { FileMetaData } from 'hyparquet';

/**
 * How deep the values of a column may be nested (`maxDefinition`) and repeated (`maxRepetition`), from the schema.
 * @param path names from the root to the column.
 * @returns both as numbers of levels; 0 for a plain required column.
 */
export function levelsOf(metadata: FileMetaData, path: readonly string[]) {
  let at = 0;
  let maxDefinition = 0;
  let maxRepetition = 0;
  for (const name of path) {
    // Children follow their parent in the flat list, each with its own children before the next.
    for (at++; metadata.schema[at]?.name !== name; at = afterSubtree(metadata, at)) {
      if (at >= metadata.schema.length) throw new Error(`no ${name} in the schema`);
    }
    const { repetition_type: type } = metadata.schema[at];
    if (type !== 'REQUIRED') maxDefinition++;
    if (type === 'REPEATED') maxRepetition++;
  }
  return { maxDefinition, maxRepetition };
}

/**
 * Position in the flat schema after an element and all below it. The end of the schema where it is cut off.
 * @param at position of the element.
 */
function afterSubtree({ schema }: FileMetaData, at: number): number {
  let left = 1;
  let next = at;
  while (left > 0 && next < schema.length) left += (schema[next++].num_children ?? 0) - 1;
  return next;
}
