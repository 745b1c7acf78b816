// Fixtures as sources, and seeded damage to them: cut off, with flipped bits, with bytes overwritten, with a file lost.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bytesSource, filesSource, type Source } from 'whymap/io';
import type { Random } from '#whymap/core/random.js';

const folder = join(import.meta.dirname, '../../fixtures/io/tables');

/** Every fixture: a file, or a folder. */
export const fixtures = readdirSync(folder).filter((name) => !name.endsWith('.json'));

/** The files of a fixture by their paths inside it; a single file has the path ''. */
export function filesOf(fixture: string): ReadonlyMap<string, Uint8Array> {
  const path = join(folder, fixture);
  if (statSync(path).isFile()) return new Map([['', new Uint8Array(readFileSync(path))]]);
  const inside = readdirSync(path, { recursive: true, encoding: 'utf8' });
  const files = inside.filter((name) => statSync(join(path, name)).isFile()).sort();
  return new Map(files.map((name) => [name, new Uint8Array(readFileSync(join(path, name)))]));
}

export function sourceOf(fixture: string, files: ReadonlyMap<string, Uint8Array>): Source {
  const single = files.get('');
  if (single) return bytesSource(fixture, single);
  const blobs = [...files].map(([name, bytes]) => [name, new Blob([bytes as BlobPart])] as const);
  return filesSource(fixture, new Map(blobs));
}

/** The fixture with one of its files damaged, or (one time in eight, of a folder) lost. */
export function damaged(
  files: ReadonlyMap<string, Uint8Array>,
  random: Random,
): ReadonlyMap<string, Uint8Array> {
  const names = [...files.keys()];
  const name = names[random.below(names.length)];
  const result = new Map(files);
  if (names.length > 1 && random.below(8) === 0) result.delete(name);
  else result.set(name, damagedBytes(files.get(name) ?? new Uint8Array(), random));
  return result;
}

function damagedBytes(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length < 2) return bytes;
  const cut = random.below(4) === 0 ? 1 + random.below(bytes.length - 1) : bytes.length;
  const result = bytes.slice(0, cut);
  const flips = cut < bytes.length && random.below(2) === 0 ? 0 : 1 + random.below(8);
  for (let i = 0; i < flips; i++) result[somewhere(random, cut)] ^= 1 << random.below(8);
  if (random.below(8) === 0) result.fill(random.below(256), somewhere(random, cut), cut);
  return result;
}

/** Mostly near the ends of the file, where headers are. */
function somewhere(random: Random, length: number): number {
  const near = Math.min(length, 512);
  const kind = random.below(3);
  if (kind === 0) return random.below(near);
  return kind === 1 ? length - 1 - random.below(near) : random.below(length);
}
