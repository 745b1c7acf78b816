/**
 * A ZIP archive as a folder, for formats that lie in several files (`.zarr.zip`).
 *
 * Cost: a member is decompressed whole when it is read; the last one is kept. Memory: one member, at most `limit` bytes.
 * Fails: FormatError for a damaged archive; too large for a member beyond the limit.
 * Types: `ZipMember`: name (path inside), size in bytes, open(). `Source`, a file, folder or bytes: read (bytes start
 *   to end (exclusive)).
 */

import type { ZipMember } from '../codecs/zip.js';
import { tooLarge } from './bytes.js';
import { noSuchFile, type Source } from './source.js';

/**
 * The members of an archive as a folder named `name`. A path that is no member is a source of nothing.
 * @param limit bytes that a member may take.
 * @param prefix the part of their paths that leads to this folder.
 */
export function zipSource(name: string, members: readonly ZipMember[], limit: number, prefix = ''): Source {
  const inside = members.filter((member) => member.name.startsWith(prefix));
  return {
    name,
    origin: { kind: 'files' },
    stat: async () => ({ size: 0, folder: true }),
    read: () => noSuchFile(name).read(),
    child(path) {
      const member = inside.find((candidate) => candidate.name === prefix + path);
      if (member) return memberSource(`${name}/${path}`, member, limit);
      const below = `${prefix}${path}/`;
      if (!inside.some((candidate) => candidate.name.startsWith(below))) return noSuchFile(`${name}/${path}`);
      return zipSource(`${name}/${path}`, inside, limit, below);
    },
    list: async () =>
      [...new Set(inside.map((member) => member.name.slice(prefix.length).split('/')[0]))].sort(),
  };
}

/**
 * One member of an archive as a file, decompressed when it is first read.
 * @param limit bytes that it may take.
 * @param name of the member.
 */
function memberSource(name: string, member: ZipMember, limit: number): Source {
  let bytes: Promise<Uint8Array> | null = null;
  const whole = () => {
    if (member.size > limit) throw tooLarge(name, `${member.size} bytes once decompressed`, limit);
    bytes ??= member.open().then((source) => source.read());
    return bytes;
  };
  return {
    name,
    origin: { kind: 'files' },
    stat: async () => ({ size: member.size, folder: false }),
    read: async (start = 0, end = member.size) => (await whole()).subarray(start, end),
    child: (path) => noSuchFile(`${name}/${path}`),
    list: async () => [],
  };
}
