/**
 * A trace in words, as the terminal, the audit's report and the page say it.
 *
 * Purpose: `structureLayer`. Determinism: follows from its input.
 */

import { listed, plural } from '../../core/words.js';
import type { StructureAnswer, StructureLayer } from '../../model.js';
import type { StructureTrace } from './trace.js';
import type { MapStructures, TracedStructure } from './types.js';

/** In the order in which they are told. */
export const STRUCTURE_ANSWERS: readonly StructureAnswer[] = [
  'in the data',
  'made by the projection',
  'cannot be told',
];

/** How many structures have each answer, in the order in which they are told. */
export function answerCounts(
  structures: readonly Pick<TracedStructure, 'answer'>[],
): { readonly answer: StructureAnswer; readonly count: number }[] {
  return STRUCTURE_ANSWERS.map((answer) => ({
    answer,
    count: structures.filter((one) => one.answer === answer).length,
  }));
}

/** The trace in sentences, with the samples of each structure. @param labels one a sample, to tell clusters by. */
export function structureLayer(
  { structures, found }: StructureTrace,
  labels: readonly string[] | null,
): StructureLayer {
  const findings = structuresInOrder(structures).map(({ kind, name, answer, text, rows }) => ({
    kind,
    name,
    answer,
    text,
    rows: together(rows),
  }));
  return { summary: summaryOf(findings, found, labels), findings };
}

/**
 * The structures as they are told everywhere: by answer, then by the samples of the smaller side, most first, then by
 * p. The list itself is not changed.
 */
export function structuresInOrder(structures: readonly TracedStructure[]): TracedStructure[] {
  const size = ({ rows }: TracedStructure) => Math.min(...rows.map(({ length }) => length));
  const rank = ({ answer }: TracedStructure) => STRUCTURE_ANSWERS.indexOf(answer);
  return [...structures].sort((a, b) => rank(a) - rank(b) || size(b) - size(a) || a.pAdjusted - b.pAdjusted);
}

/** All of these rows, ascending, each once. */
function together(parts: readonly Int32Array[]): Int32Array {
  return Int32Array.from(new Set(parts.flatMap((part) => [...part]))).sort();
}

/** How many structures have which answer, and what the clusters hold by label. */
function summaryOf(
  findings: StructureLayer['findings'],
  { clusters }: MapStructures,
  labels: readonly string[] | null,
): string[] {
  if (findings.length === 0) return ['Structure: the map shows one cluster, no bridge and no hole.'];
  const counts = answerCounts(findings).map(({ answer, count }) => `${count} ${answer}`);
  const named = labels ? clusters.map(({ name, rows }) => `${name}: ${mostOf(labels, rows)}`) : [];
  return [
    `Structure: ${plural(findings.length, 'structure')} on the map, ${listed(counts)}.`,
    ...(named.length > 1 ? [`Clusters by label: ${named.join('; ')}`] : []),
  ];
}

/** The most frequent label of some rows, with its share. */
function mostOf(labels: readonly string[], rows: Int32Array): string {
  const counts = new Map<string, number>();
  for (const i of rows) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  const [label, count] = [...counts].sort((a, b) => b[1] - a[1])[0];
  return `${label} ${Math.round((100 * count) / rows.length)}%`;
}
