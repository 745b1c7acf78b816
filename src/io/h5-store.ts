/** An HDF5 file as a tree of arrays. Half precision and compound data sets included. */

import type { Dataset, Group } from 'h5wasm';
import { FormatError, UnsupportedError } from '../errors.js';
import { decodeNumbers } from './dtypes.js';
import { type H5Module, type OpenH5, openH5 } from './h5-runtime.js';
import {
  COMPOUND,
  numberTypeOf,
  readAttribute,
  readBytes,
  readTexts,
  STRING,
  TEXT_BYTES,
} from './h5-values.js';
import type { Source } from './source.js';
import { checkReading, type Store, type StoredArray } from './store.js';

/** Opens the file; close the store when done. */
export async function h5Store(source: Source): Promise<Store> {
  return storeOf(await openH5(source), source.name);
}

/** An open file as a tree of arrays. */
export function storeOf(open: OpenH5, name: string): Store {
  const { file, module, close } = open;
  const guard = <T>(work: () => T): T => open.guard(name, work);
  const find = (path: string) => (path === '' ? file : file.get(path));
  return {
    name,
    kind: async (path) => guard(() => kindOf(find(path))),
    keys: async (path) => guard(() => (find(path) as Group).keys()),
    attributes: async (path) => guard(() => attributesOf(module, find(path) as Group, name)),
    async array(path) {
      const dataset = guard(() => find(path));
      if (kindOf(dataset) !== 'array') {
        throw new FormatError({
          got: `no data set ${path} in ${name}`,
          expected: 'one, as AnnData and 10x files have it',
          remedy: 'check that the file was written completely',
        });
      }
      return guard(() => storedArray(module, dataset as Dataset, path, name, guard));
    },
    close: async () => close(),
  };
}

function kindOf(entity: unknown): 'group' | 'array' | null {
  const type = (entity as { type?: string } | null)?.type;
  return type === 'Group' ? 'group' : type === 'Dataset' ? 'array' : null;
}

function attributesOf(module: H5Module, entity: Group | Dataset, name: string): Record<string, unknown> {
  const { file_id, path } = entity;
  const names = module.get_attribute_names(file_id, path);
  const place = `${path} of ${name}`;
  return Object.fromEntries(names.map((key) => [key, readAttribute(module, entity, key, place)]));
}

function storedArray(
  module: H5Module,
  dataset: Dataset,
  path: string,
  name: string,
  guard: <T>(work: () => T) => T,
): StoredArray {
  const { metadata } = dataset;
  const shape = metadata.shape ?? [];
  const wrongContent = (wanted: string): never => {
    throw new FormatError({
      got: `${path} of ${name}, which does not hold ${wanted}`,
      expected: wanted,
      remedy: 'name another key',
    });
  };
  checkFilters(dataset, path, name);
  const size = Math.max(metadata.size, metadata.type === STRING ? TEXT_BYTES : 0);
  const width = shape.slice(1).reduce((product, length) => product * length, size);
  const check = (start: number, end: number) =>
    checkReading(`${path} of ${name}`, (Math.min(end, shape[0] ?? 1) - start) * width);
  const content =
    metadata.type === STRING ? 'texts' : metadata.type === COMPOUND ? 'records' : ('numbers' as const);
  return {
    path,
    shape,
    content,
    fields: metadata.compound_type?.members.map((member) => member.name) ?? [],
    async numbers(start, end) {
      const type = numberTypeOf(metadata) ?? wrongContent('numbers');
      check(start, end);
      const bytes = guard(() => readBytes(module, dataset, metadata, start, end));
      return decodeNumbers(bytes, type, `${path} of ${name}`);
    },
    async texts(start, end) {
      if (content !== 'texts') return wrongContent('texts');
      check(start, end);
      return guard(() => readTexts(module, dataset, metadata, start, end));
    },
    async field(field, start, end) {
      const position = metadata.compound_type?.members.findIndex((member) => member.name === field) ?? -1;
      if (position < 0) return wrongContent(`records with a field ${field}`);
      check(start, end);
      const records = guard(() => dataset.slice([[start, end]])) as unknown as unknown[][];
      return records.map((record) => record[position]);
    },
  };
}

/** Deflate, shuffle, Fletcher checksum, szip, n-bit and scale-offset are part of HDF5; others are plug-ins. */
const LARGEST_OWN_FILTER = 6;

function checkFilters(dataset: Dataset, path: string, name: string): void {
  const foreign = dataset.filters.find((filter) => filter.id > LARGEST_OWN_FILTER);
  if (!foreign) return;
  throw new UnsupportedError({
    got: `${path} of ${name}, compressed with the plug-in ${foreign.name || foreign.id}`,
    expected: 'data that is not compressed, or with gzip',
    remedy: "write it again with gzip: adata.write_h5ad(path, compression='gzip')",
  });
}
