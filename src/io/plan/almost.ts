/**
 * Purpose: ids of two files that would agree but for a suffix, spaces, case...: found, so that the error can say so.
 * Ours: the list of changes, from public reports of single-cell and survey tools.
 * Cost: a set of texts a change.
 * Fails: never.
 */

/** A change of ids after which two files agree. */
export interface Almost {
  /** What is changed: `the ending -1`. */
  readonly what: string;
  readonly matched: number;
  /** One id of each file that become the same. */
  readonly first: string;
  readonly second: string;
  readonly change: (id: string) => string;
}

const CHANGES: readonly { readonly what: string; readonly change: (id: string) => string }[] = [
  { what: 'spaces at the ends', change: (id) => id.trim() },
  { what: 'quotes', change: (id) => id.replace(/["']/g, '').trim() },
  { what: 'upper and lower case', change: (id) => id.trim().toLowerCase() },
  { what: 'a decimal point behind whole numbers', change: (id) => id.replace(/\.0*$/, '') },
  { what: 'zeros in front', change: (id) => id.replace(/^0+(?=.)/, '') },
  { what: 'a number behind - _ or . at the end', change: (id) => id.replace(/[-_.]\d+$/, '') },
  {
    what: 'points in place of other signs (R)',
    change: (id) => id.replace(/^X(?=\d)/, '').replace(/[^\p{L}\p{N}]+/gu, '.'),
  },
  { what: 'what stands before the first _ : or #', change: (id) => id.replace(/^[^_:#]*[_:#]+/, '') },
  { what: 'what stands behind the last _ or :', change: (id) => id.replace(/[_:][^_:]*$/, '') },
  {
    what: 'the folder and the ending of files',
    change: (id) => id.replace(/^.*[/\\]/, '').replace(/\.[a-z0-9]{1,5}$/i, ''),
  },
  { what: 'case, spaces, signs and a number at the end', change: loose },
];
/** Share of the smaller file's ids that must agree. */
const ENOUGH = 0.9;

/**
 * An id as it is compared loosely: letters and digits only, in lower case, without a number behind - _ or . at the
 * end, an x before a digit, and zeros in front. May be empty, for an id of signs only.
 */
export function loose(id: string): string {
  const text = id
    .trim()
    .toLowerCase()
    .replace(/^["']+|["']+$/g, '')
    .replace(/[-_.]\d+$/, '');
  return text
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .replace(/^x(?=\d)/, '')
    .replace(/^0+(?=.)/, '');
}

/**
 * The first change of ids after which nine of ten ids of the smaller file agree with one of the other file, one to
 * one; null when no change does. Called where ids do not match, for the error. At least two ids must agree. Ids that
 * are empty are left out.
 * @param first ids of one file.
 * @param second ids of the other.
 */
export function almostMatching(first: readonly string[], second: readonly string[]): Almost | null {
  for (const { what, change } of CHANGES) {
    const left = changed(first, change);
    const right = changed(second, change);
    if (left === null || right === null) continue;
    const common = [...left.keys()].filter((id) => right.has(id));
    const least = ENOUGH * Math.min(left.size, right.size);
    const [example] = common;
    if (common.length < Math.max(2, least)) continue;
    const shown = common.find((id) => left.get(id) !== right.get(id)) ?? example;
    return {
      what,
      matched: common.length,
      first: left.get(shown) ?? '',
      second: right.get(shown) ?? '',
      change,
    };
  }
  return null;
}

/**
 * Ids by what they become under the change, empty ones left out; null when the change makes different ids the same,
 * or there is none.
 */
function changed(ids: readonly string[], change: (id: string) => string): Map<string, string> | null {
  const found = new Map<string, string>();
  for (const id of ids) {
    if (id === '') continue;
    const key = change(id);
    if (key === '' || (found.has(key) && found.get(key) !== id)) return null;
    found.set(key, id);
  }
  return found.size > 0 ? found : null;
}
