/** What `--structure` adds: a part of audit.json and summary.json, a column of pointwise.csv, and lines for the terminal. */

import { capitalized } from '../../core/words.js';
import type { StructureLayer } from '../../model.js';
import { STRUCTURE_ANSWERS, type StructureTrace } from '../../trust/index.js';

/** The trace for JSON: samples as row numbers, but of clusters and gaps only how many (pointwise.csv has them). */
export function structureJson({ structures, found }: StructureTrace): object {
  return {
    clusters: found.clusters.map(({ name, rows }) => ({ name, samples: rows.length })),
    structures: structures.map(({ rows, ...structure }) => ({
      ...structure,
      samples: rows.map(({ length }) => length),
      rows:
        structure.kind === 'cluster' || structure.kind === 'gap' ? undefined : rows.map((part) => [...part]),
    })),
  };
}

/** Name of each sample's cluster on the map; empty for those between clusters. */
export function clusterColumn({ found }: StructureTrace): string[] {
  return Array.from(found.labels, (label) => (label < 0 ? '' : found.clusters[label].name));
}

/** The trace in lines: a summary, then each structure under its answer. */
export function structureLines({ summary, findings }: StructureLayer): string[] {
  const [headline, ...others] = summary;
  return [
    headline,
    ...others.map((sentence) => `  ${sentence}`),
    ...STRUCTURE_ANSWERS.flatMap((answer) => {
      const texts = findings.filter((one) => one.answer === answer).map(({ text }) => `  - ${text}`);
      return texts.length === 0 ? [] : ['', `${capitalized(answer)}:`, ...texts];
    }),
  ];
}
