/** The parts of an AnnData file that may be absent, null, empty or named oddly. */

import { FormatError, option, words } from '../../../errors.js';
import { below, type Store, textAttribute } from '../store.js';

/** Members of a group, or none where there is no group. */
export async function keysOf(store: Store, path: string): Promise<readonly string[]> {
  return (await store.kind(path)) === 'group' ? store.keys(path) : [];
}

/** Keys of `obsm`. */
export async function embeddingKeys(store: Store): Promise<readonly string[]> {
  const isTable = (await store.kind('obsm')) === 'array';
  return isTable ? (await store.array('obsm')).fields : keysOf(store, 'obsm');
}

/** Whether anndata wrote None there (0.11 on: an element of encoding `null`). */
export async function isNullElement(store: Store, path: string): Promise<boolean> {
  return textAttribute(await store.attributes(path), 'encoding-type') === 'null';
}

/** The error for a file without X: it names what there is instead. */
export async function withoutX(store: Store, isNull: boolean): Promise<FormatError> {
  const layers = await keysOf(store, 'layers');
  const maps = await embeddingKeys(store).catch(() => []);
  const hasRaw = (await store.kind('raw/X')) !== null || (await store.kind('raw.X')) !== null;
  const remedies = [
    ...(layers.length > 0 ? [words`name a ${option('layer')}: ${layers.join(', ')}`] : []),
    ...(hasRaw ? [words`take adata.raw with ${option('useRaw')}`] : []),
  ];
  const [first, second] = remedies;
  const nothing = `it holds no matrix of features${maps.length > 0 ? `, only embeddings (${maps.join(', ')})` : ''}: set adata.X and write it again`;
  return new FormatError({
    got: `no X in ${store.name}${isNull ? ' (adata.X was None when it was written)' : ''}`,
    expected: 'an AnnData file with a matrix X, a layer or raw',
    remedy: first ? (second ? words`${first}, or ${second}` : first) : nothing,
  });
}

/** The error for a matrix without rows or columns. */
export function emptyMatrix(name: string, rows: number, columns: number): FormatError {
  return new FormatError({
    got: `${rows} samples x ${columns} features at ${name}`,
    expected: 'samples and features',
    remedy: words`take the file before its ${columns === 0 ? 'features' : 'samples'} were filtered away, or name another ${option('layer')}`,
  });
}

/** Columns of an axis: those of `column-order`, whose names may hold slashes (and so lie in groups), then all others. */
export async function columnNames(
  store: Store,
  path: string,
  keys: readonly string[],
  index: string,
): Promise<string[]> {
  const stated = (await store.attributes(path))['column-order'];
  const order = Array.isArray(stated)
    ? stated.filter((name): name is string => typeof name === 'string')
    : [];
  const slashed: string[] = [];
  for (const name of order) {
    if (name.includes('/') && (await store.kind(below(path, name))) !== null) slashed.push(name);
  }
  const groups = new Set(slashed.map((name) => name.split('/')[0]));
  const plain = keys.filter((key) => key !== index && !key.startsWith('__') && !groups.has(key));
  return slashed.length === 0
    ? plain
    : order.filter((name) => slashed.includes(name) || plain.includes(name));
}
