/**
 * `whymap embed --save-model` and `--model`: what places new samples in a finished embedding, as a file.
 * Methods with a model: PCA, UMAP and t-SNE. The file is that of an explanation with another content (io/explanation-file.ts).
 */

import { readFile } from 'node:fs/promises';
import type { EmbedResult, Model } from '../../dr/index.js';
import { option, UnsupportedError, words } from '../../errors.js';
import { decodeTree, encodeTree } from '../../io/explanation-file.js';

const KIND = 'model';

/** The bytes of the file. UnsupportedError where the method cannot place new samples. */
export function savedModel({ method, model }: EmbedResult): Uint8Array {
  if (model) return encodeTree(KIND, model);
  throw new UnsupportedError({
    got: words`${option('saveModel')} with the method ${method}`,
    expected: 'pca, umap or tsne, which can place new samples',
    remedy: words`choose one of these, or leave ${option('saveModel')} out`,
  });
}

/** The model in a file that `--save-model` wrote; FormatError for another file. */
export async function readModel(path: string): Promise<Model> {
  const bytes = await readFile(path);
  return decodeTree(KIND, new Uint8Array(bytes), path) as Model;
}
