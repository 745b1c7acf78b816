/** Names of files without their folders: a report is sent to others, whom the folders of a machine do not concern. */

import type { Explanation } from '../model.js';

/** Options that name files, as an explanation records them. */
const FILE_OPTIONS = ['embedding', 'labels', 'featureNames'] as const;

/** The last part of a path; other texts as they are. */
export function withoutFolder(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}

/** The explanation with the names of files in its options, without folders; the same object where they had none. */
export function withFileNames(explanation: Explanation): Explanation {
  const short = FILE_OPTIONS.flatMap((option) => {
    const path = explanation.options[option];
    return typeof path === 'string' && withoutFolder(path) !== path ? [[option, withoutFolder(path)]] : [];
  });
  if (short.length === 0) return explanation;
  return { ...explanation, options: { ...explanation.options, ...Object.fromEntries(short) } };
}
