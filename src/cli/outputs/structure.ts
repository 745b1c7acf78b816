/** What `audit --structure` adds: a part of audit.json, a column of pointwise.csv, and lines for the terminal. */

import { capitalized, listed, plural } from '../../core/words.js';
import type { StructureAnswer, StructureTrace, TracedStructure } from '../../trust/index.js';

const ANSWERS: readonly StructureAnswer[] = ['in the data', 'made by the projection', 'cannot be told'];

/** The trace for audit.json: samples as row numbers, but of clusters and gaps only how many (pointwise.csv has them). */
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

/** The trace in lines: a summary, then each structure under its answer. @param labels one a sample, to tell clusters by. */
export function structureLines(trace: StructureTrace, labels: readonly string[] | null): string[] {
  const { structures, found } = trace;
  if (structures.length === 0) return ['Structure: the map shows one cluster, no bridge and no hole.'];
  const counts = ANSWERS.map(
    (answer) => `${structures.filter((one) => one.answer === answer).length} ${answer}`,
  );
  const named = labels ? found.clusters.map(({ name, rows }) => `${name}: ${mostOf(labels, rows)}`) : [];
  return [
    `Structure: ${plural(structures.length, 'structure')} on the map, ${listed(counts)}.`,
    ...(named.length > 1 ? [`  Clusters by label: ${named.join('; ')}`] : []),
    ...ANSWERS.flatMap((answer) => linesUnder(answer, structures)),
  ];
}

/** The structures with one answer. */
function linesUnder(answer: StructureAnswer, structures: readonly TracedStructure[]): string[] {
  const listedHere = structures.filter((one) => one.answer === answer);
  return listedHere.length === 0
    ? []
    : ['', `${capitalized(answer)}:`, ...listedHere.map(({ text }) => `  - ${text}`)];
}

/** The most frequent label of some rows, with its share. */
function mostOf(labels: readonly string[], rows: Int32Array): string {
  const counts = new Map<string, number>();
  for (const i of rows) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  const [label, count] = [...counts].sort((a, b) => b[1] - a[1])[0];
  return `${label} ${Math.round((100 * count) / rows.length)}%`;
}
