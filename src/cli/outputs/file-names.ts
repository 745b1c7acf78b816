/** Names of the files that `explain` writes. */

/** Files that every run of `explain` writes. */
export const EXPLAIN_FILES = [
  'explanation.whymap',
  'summary.json',
  'modules.csv',
  'pairs.csv',
  'presence.csv',
  'scores.csv',
  'localities.csv',
  'members.npy',
  'report.html',
] as const;
/** Files that some runs write. */
export const OPTIONAL_EXPLAIN_FILES = ['gene-sets.csv', 'structure.csv'] as const;
