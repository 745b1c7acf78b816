/** How the files of a run would be read and paired, without computing anything: `whymap inspect`, and the page before a run. */

import { PLANNED, type ReadingPlan } from '../io/index.js';
import type { Warning } from '../model.js';
import type { EmbeddingValues, InputValues } from '../options/index.js';
import { readFeatures, readJoinedEmbedding, type Work } from './inputs.js';
import { mapsInside, mapsLine } from './maps-inside.js';
import { planOf } from './plan.js';

export interface PlannedFiles {
  readonly plan: ReadingPlan;
  readonly warnings: readonly Warning[];
}

/** Reads the table, and its map where one is named; else tells which maps the table's file holds. Errors as of a run. */
export async function planFiles(
  features: string,
  values: EmbeddingValues & InputValues,
  work: Work,
): Promise<PlannedFiles> {
  const table = await readFeatures(features, values, work);
  const hasMap = values.embedding !== undefined || values.embeddingColumns !== undefined;
  if (!hasMap) {
    const plan = planOf(table, table, null, null);
    const maps = await mapsInside(features, work);
    return {
      plan: maps.length === 0 ? plan : { ...plan, maps, lines: [...plan.lines, ...mapsLine(maps)] },
      warnings: table.warnings,
    };
  }
  const joined = await readJoinedEmbedding(table, features, values, work);
  return { plan: joined.plan, warnings: [...joined.table.warnings, ...joined.warnings] };
}

/** Said by the lines of the plan. */
const PAIRED: ReadonlySet<string> = new Set(['ids-unmatched', 'ids-doubtful']);

/** What the lines of the plan do not say. */
export function notesOf(warnings: readonly Warning[]): string[] {
  const told = warnings.filter(({ code }) => !PLANNED.has(code) && !PAIRED.has(code));
  return told.map(({ message }) => message);
}
