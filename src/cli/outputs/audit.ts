/** What `audit` writes: audit.json, pointwise.csv, links.csv, and the table of measures for the terminal. */

import type { ReadingPlan } from '../../io/index.js';
import { type Cell, writeCsv } from '../../io/write.js';
import type { Warning } from '../../model.js';
import { type Audit, type Links, MEASURE_NAMES } from '../../trust/index.js';
import { packageVersion } from '../version.js';

export interface AuditRun {
  /** How the files were read and paired. */
  readonly reading: ReadingPlan;
  readonly options: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, unknown>>;
  readonly engine: Readonly<Record<string, unknown>>;
  readonly timings: Readonly<Record<string, number>>;
  readonly warnings: readonly Warning[];
}

/** Scripts rely on `rows`, `k`, `measures` and `verdict`. A figure that is not defined on the data is null. */
export function auditJson(audit: Audit, run: AuditRun, structure: object | null = null): string {
  const measures = Object.fromEntries(
    Object.entries(audit.measures).map(([name, measure]) => {
      const { value, interval, pca, input } = measure;
      return [
        name,
        { value, null: measure.null, pca, input: input ?? undefined, interval: interval ?? undefined },
      ];
    }),
  );
  const content = {
    version: packageVersion(),
    rows: audit.samples,
    k: audit.k,
    metric: audit.metric,
    evaluated: audit.neighborhoods.queries?.length ?? audit.samples,
    measures,
    verdict: audit.verdict,
    groups: audit.groups
      ? { data: countGroups(audit.groups.input), map: countGroups(audit.groups.embedding) }
      : null,
    ...(structure === null ? {} : { structure }),
    ...run,
  };
  return JSON.stringify(content, null, 2);
}

/** One value a sample, where the map was made here and made again. */
export interface PointRepeats {
  readonly agreement: Float64Array;
  readonly pPermuted: Float64Array;
}

/** One line a query sample. */
export function pointwiseCsv(
  audit: Audit,
  ids: readonly string[] | null,
  repeats: PointRepeats | null,
  clusters: readonly string[] | null = null,
): string {
  const { pointwise, localMaps, groups, neighborhoods } = audit;
  const columns: [string, ArrayLike<number>][] = [
    ['trustworthiness', pointwise.trustworthiness],
    ['continuity', pointwise.continuity],
    ['neighborhood_preservation', pointwise.neighborhoodPreservation],
    ['torn', pointwise.torn],
    ['glued', pointwise.glued],
    ['p_adjusted', pointwise.pAdjusted],
    ['log_density_ratio', pointwise.logDensityRatio],
  ];
  if (localMaps)
    columns.push(
      ['scale', localMaps.scale],
      ['anisotropy', localMaps.anisotropy],
      ['angle', localMaps.angle],
    );
  if (groups) columns.push(['group_data', groups.input], ['group_map', groups.embedding]);
  if (repeats) columns.push(['seed_agreement', repeats.agreement], ['p_permuted', repeats.pPermuted]);
  const named = clusters ? ['cluster'] : [];
  return writeCsv(['sample', ...columns.map(([name]) => name), ...named], rows());
  function* rows(): Generator<Cell[]> {
    for (let q = 0; q < pointwise.trustworthiness.length; q++) {
      const row = neighborhoods.queries ? neighborhoods.queries[q] : q;
      yield [
        ids?.[row] ?? row,
        ...columns.map(([, values]) => numberCell(values[q])),
        ...(clusters ? [clusters[row]] : []),
      ];
    }
  }
}

/** kind, sample, other, rank: the worst torn and glued links of every sample that has any. */
export function linksCsv(audit: Audit, ids: readonly string[] | null): string {
  const { distortion, neighborhoods } = audit;
  const nameOf = (row: number) => ids?.[row] ?? row;
  return writeCsv(['kind', 'sample', 'other', 'rank'], rows());
  function* rows(): Generator<Cell[]> {
    const kinds: [string, Links][] = [
      ['torn', distortion.tornLinks],
      ['glued', distortion.gluedLinks],
    ];
    for (const [kind, links] of kinds) {
      for (const [at, target] of links.targets.entries()) {
        if (target < 0) continue;
        const q = Math.floor(at / links.width);
        const row = neighborhoods.queries ? neighborhoods.queries[q] : q;
        yield [kind, nameOf(row), nameOf(target), links.ranks[at] + 1];
      }
    }
  }
}

/** The measures as lines of a table. */
export function measuresTable(audit: Audit): string[] {
  const lines = MEASURE_NAMES.flatMap((name) => {
    const measure = audit.measures[name];
    if (!measure) return [];
    const { value, pca } = measure;
    const cells = [value, measure.null, pca ?? Number.NaN].map((v) => shown(v).padStart(10));
    return [`${name.padEnd(26)}${cells.join('')}`];
  });
  return [
    `${''.padEnd(26)}${['map', 'shuffled', 'pca'].map((word) => word.padStart(10)).join('')}`,
    ...lines,
  ];
}

/** Four digits after the point, or three significant ones for large sums; a dash where not defined. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return Math.abs(value) < 1000 ? value.toFixed(3) : value.toPrecision(3);
}

/** Six digits are more than any of these figures has; an undefined one is an empty cell. */
function numberCell(value: number): Cell {
  return Number.isFinite(value) ? Math.round(value * 1e6) / 1e6 : null;
}

/** The number of different groups. */
function countGroups(groups: Int32Array): number {
  return new Set(groups).size;
}
