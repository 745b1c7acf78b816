/**
 * The manifest of a table in parts, as `python -m whymap.cluster.order` writes it.
 *
 * A folder holds `manifest.json`, `order.npy` (row of the source at each position), `map.npy` (coordinates, in the source's order)
 * and parts: each an AnnData Zarr store of consecutive positions.
 * Fails: FormatError for a folder that cannot be read, is no such table, or holds another one than was asked for.
 */

import { FormatError } from '../../errors.js';
import { readIfPresent, type Source } from '../source/source.js';

export interface PartsManifest {
  /** Names source, map and division. */
  readonly key: string;
  readonly source: { readonly path: string };
  /** SHA-256 of the source; null for a folder, absent from parts that were made before it was recorded. */
  readonly sha256?: string | null;
  readonly samples: number;
  readonly features: number;
  readonly layout: 'dense' | 'sparse';
  /** Key of the map in the source, or null. */
  readonly embedding: string | null;
  /** In the order of positions. */
  readonly parts: readonly { readonly path: string; readonly first: number; readonly rows: number }[];
}

const FORMAT = 'whymap-parts';
const VERSION = 1;

/** The manifest in a folder; null where the folder holds none of these. FormatError for one that is damaged. */
export async function findManifest(folder: Source): Promise<PartsManifest | null> {
  const bytes = await readIfPresent(folder.child('manifest.json'));
  if (bytes === null) return null;
  const found = parsed(bytes);
  if (found?.format !== FORMAT) return null;
  if (found.version === VERSION && isManifest(found)) return found;
  throw new FormatError({
    got: `${folder.name}, whose manifest.json does not say what parts it has`,
    expected: `parts of version ${VERSION}, as python -m whymap.cluster.order writes them`,
    remedy: 'order the rows again, with this version of whymap',
  });
}

/** The manifest of the parts that a coordinator has named. @param key that it must have. @param machine name of this one. */
export async function manifestNamed(folder: Source, key: string, machine: string): Promise<PartsManifest> {
  const found = await findManifest(folder);
  if (found?.key === key) return found;
  throw new FormatError({
    got: found
      ? `${folder.name}, where a worker on ${machine} finds other parts than this run began with`
      : `no parts at ${folder.name} for a worker on ${machine}`,
    expected: 'the same folder under the same path on every machine',
    remedy: 'put the parts on storage that all workers see, and name it by the path that all have',
  });
}

/** The error for what is not as the manifest says. @param what a part or another file, by name. */
export function damagedParts(what: string): FormatError {
  return new FormatError({
    got: `${what}, which does not fit its manifest.json`,
    expected: 'the rows that the manifest names',
    remedy: 'order the rows again: delete the folder first',
  });
}

/** JSON, or null for bytes that are none. */
function parsed(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

/** Whether every field is there and parts follow one another to the last sample. */
function isManifest(found: Record<string, unknown>): found is Record<string, unknown> & PartsManifest {
  const { key, samples, features, layout, parts, embedding, sha256 } = found as Partial<PartsManifest>;
  const source = found.source as Partial<PartsManifest['source']> | undefined;
  let next = 0;
  const follow =
    Array.isArray(parts) &&
    parts.every(({ path, first, rows }) => {
      const fits = typeof path === 'string' && first === next && Number.isInteger(rows) && rows > 0;
      next += rows;
      return fits;
    });
  return (
    follow &&
    next === samples &&
    typeof key === 'string' &&
    typeof source?.path === 'string' &&
    Number.isInteger(features) &&
    (layout === 'dense' || layout === 'sparse') &&
    (embedding === null || typeof embedding === 'string') &&
    (sha256 === undefined || sha256 === null || typeof sha256 === 'string')
  );
}
