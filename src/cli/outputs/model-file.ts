/**
 * `whymap embed --save-model` and `--model`: what places new samples in a finished embedding, as a file.
 * Methods with a model: PCA and UMAP. The file is that of an explanation with another content (io/explanation-file.ts).
 */

import { readFile } from 'node:fs/promises';
import { type EmbedResult, type Model, transform } from '../../dr/index.js';
import { FormatError, OptionError, option, UnsupportedError, words } from '../../errors.js';
import { decodeTree, encodeTree } from '../../io/explanation-file.js';
import type { Embedding, Table } from '../../model.js';
import type { OptionValues } from '../../options/index.js';
import type { Session } from '../session.js';

const KIND = 'model';
/** Options that belong to the making of an embedding. */
const OF_MAKING = ['method', 'saveModel', 'dimensions', 'metric', 'nNeighbors'] as const;

/** The bytes of the file. UnsupportedError where the method cannot place new samples. */
export function savedModel({ method, model }: EmbedResult): Uint8Array {
  if (model) return encodeTree(KIND, model);
  throw new UnsupportedError({
    got: words`${option('saveModel')} with the method ${method}`,
    expected: 'pca, or umap, which can place new samples',
    remedy: words`choose one of these, or leave ${option('saveModel')} out`,
  });
}

/** The samples of a table in the embedding that the model in a file is of. */
export async function placeByModel(
  path: string,
  table: Table,
  values: OptionValues<'embed'>,
  { context }: Session,
): Promise<{ kind: string; embedding: Embedding }> {
  const other = OF_MAKING.find((name) => values[name] !== undefined);
  if (other !== undefined) {
    throw new OptionError({
      got: words`${option('model')} together with ${option(other)}`,
      expected: 'one of the two: a model has its method and its options',
      remedy: 'leave one out',
    });
  }
  const bytes = await readFile(path).catch((cause: unknown) => {
    const parts = { got: `no model at ${path}`, expected: words`a file that ${option('saveModel')} wrote` };
    throw new FormatError({ ...parts, remedy: 'correct the path' }, { cause });
  });
  const model = decodeTree(KIND, new Uint8Array(bytes), path) as Model;
  return { kind: model.kind, embedding: await transform(model, table, context) };
}
