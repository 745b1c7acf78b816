/**
 * The parts of an AnnData file that may be absent, null, empty or named oddly.
 * Types: `Store`, HDF5 or Zarr: kind (group, array or null), keys (members of a group), array (FormatError where
 *   there is none), attributes (of a group or array), name (of the file).
 * Fails: as the store does (FormatError for a damaged file).
 */

import { FormatError, option, words } from '../../../errors.js';
import { below, type Store, textAttribute } from '../store.js';

/** Names of the members of the group at `path`; none where there is no group. In the file's order. */
export async function keysOf(store: Store, path: string): Promise<readonly string[]> {
  return (await store.kind(path)) === 'group' ? store.keys(path) : [];
}

/**
 * Keys of `obsm`: the members of a group, or the fields of the compound array that old versions wrote. Empty where
 * there is none.
 */
export async function embeddingKeys(store: Store): Promise<readonly string[]> {
  const isTable = (await store.kind('obsm')) === 'array';
  return isTable ? (await store.array('obsm')).fields : keysOf(store, 'obsm');
}

/**
 * Whether the element at `path` is None as anndata writes it since 0.11, with encoding type `null`. False where
 * nothing is at the path.
 */
export async function isNullElement(store: Store, path: string): Promise<boolean> {
  return textAttribute(await store.attributes(path), 'encoding-type') === 'null';
}

/**
 * The error for a file without X; its remedy names the layers, raw or embeddings that there are. The caller throws
 * it.
 * @param isNull X is there and None.
 */
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

/** The error for a matrix without rows or columns. @param name its path in the file, for the message. */
export function emptyMatrix(name: string, rows: number, columns: number): FormatError {
  return new FormatError({
    got: `${rows} samples x ${columns} features at ${name}`,
    expected: 'samples and features',
    remedy: words`take the file before its ${columns === 0 ? 'features' : 'samples'} were filtered away, or name another ${option('layer')}`,
  });
}

/**
 * Names of the columns of a data frame (obs or var), without its index. Names with a slash are stored in nested
 * groups: they are found through the attribute `column-order`, which then gives the order; else the order is that of
 * `keys`. A stated name that is no member is left out.
 * @param path of the data frame.
 * @param keys its members.
 * @param index name of its index column.
 */
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
