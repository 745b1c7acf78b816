/**
 * Measures every module of a comparison in every unit and stratum, and leaves out those that did not come back.
 *
 * Source: ours. Cost: see unit-values.ts, for each module and stratum. Deterministic.
 * Types: `Explanation`: a map with its localities, modules and their descriptions. `Table`, samples x features:
 *   features (Matrix or Csr). `Design`, of a comparison: units (replicates on either side), unitOf (unit of each
 *   sample, -1 for none). `NamedModules`, ComparedModules with the samples and names: named (id and label of each
 *   module), measured (1 for samples that count). `Context`: engine, random streams, signal, memory and progress of a
 *   run. `ComparedModules`, modules with their localities: localities (count, size, members). `Watch`, of a stage:
 *   checkpoint (throws CancelledError once the signal is aborted), progress (takes the fraction done, 0 to 1).
 *   `UnitValues`, of one module: presence (one a unit). `NamedModule`, a module of a set: k (its index in the set).
 * Fails: CancelledError once the signal is aborted.
 */

import { plural } from '../../core/words.js';
import { type Context, watchStage } from '../../engine/context.js';
import type { Explanation, Table } from '../../model.js';
import { correlatedBy } from '../query/explained-table.js';
import type { Design } from './design.js';
import type { NamedModules } from './discover.js';
import { jointPattern, modulePattern } from './patterns.js';
import { type UnitValues, unitValues } from './unit-values.js';

/** Name of the stratum of all compared samples. */
export const ALL = 'all';

export interface Stratum {
  /** A level, or ALL; no two are alike. */
  readonly name: string;
  /** 1 for its samples that are compared. */
  readonly inStratum: Uint8Array;
}

export interface Measured {
  /** Id; with the condition in front for one found on that alone; `M1+M2` for a joint pattern. */
  readonly module: string;
  readonly label: string;
  readonly stratum: string;
  /** What must be known of the module (`withinFlags`). */
  readonly flags: readonly string[];
  readonly values: UnitValues;
  /** Share of each unit's samples in which the module is present; NaN for units without samples. */
  readonly abundance: Float64Array;
  /** Whether the module, or both of a joint pattern, are of the explanation. */
  readonly pooled: boolean;
  /** For a joint pattern: the ids of its two modules. */
  readonly parts?: readonly [string, string];
}

/**
 * Measures, in every stratum, each module and each joint pattern (the pairs of a feature of one and a feature of another
 * module of the explanation that are present together): presence, score and signed correlations (`UnitValues`) and abundance,
 * one a unit. CancelledError once the signal is aborted.
 * @param input `table`, the one explained; `strata`: a name, and 1 for each sample in it; `sets` of modules, the first that of
 * the explanation.
 * @returns one entry for each module (or two with a joint pattern) and stratum, module by module.
 */
export async function measureAll(
  input: {
    readonly explanation: Explanation;
    readonly table: Table;
    readonly design: Design;
    readonly strata: readonly Stratum[];
    readonly sets: readonly NamedModules[];
  },
  context: Context,
): Promise<Measured[]> {
  const { table, design, strata, sets } = input;
  const correlated = correlatedBy(input.explanation);
  const watch = watchStage(context, 'conditions');
  const all = sets.flatMap((set, s) => [
    ...set.named.map((named) => ({ set, named, pattern: modulePattern(set, named.k) })),
    ...(s === 0 ? jointModules(set) : []),
  ]);
  const measured: Measured[] = [];
  for (const [i, { set, named, pattern }] of all.entries()) {
    const { present, k: _, ...row } = named;
    for (const { name: stratum, inStratum: compared } of strata) {
      const inStratum = compared.map((inside, s) => inside & set.measured[s]);
      const data = { features: table.features, localities: set.localities };
      const values = unitValues(data, pattern, design, { inStratum, ...correlated });
      const abundance = abundanceOf(present, design, inStratum);
      measured.push({ ...row, stratum, values, abundance, pooled: set === sets[0] });
      await watch.checkpoint();
    }
    watch.progress((i + 1) / all.length);
  }
  return measured;
}

/** Mean presence (squared correlation beyond chance) over all units below which a module of one condition did not come back. */
const REPLICATED_PRESENCE = 0.01;

/**
 * Leaves out modules that were found on one condition alone and are in no unit of the other half of the samples. The
 * rule takes all units alike, so that the permutations stay exact.
 * @returns those that are left, in their order, and how many different modules were lost.
 * @param measured one a module and stratum.
 */
export function replicatedOnly(measured: readonly Measured[]): { measured: Measured[]; lost: number } {
  const isLost = ({ pooled, stratum, values }: Measured) => {
    if (pooled || stratum !== ALL) return false;
    const known = values.presence.filter((value) => !Number.isNaN(value));
    return !(known.reduce((sum, value) => sum + value, 0) >= REPLICATED_PRESENCE * Math.max(1, known.length));
  };
  const lost = new Set(measured.filter(isLost).map(({ module }) => module));
  return { measured: measured.filter(({ module }) => !lost.has(module)), lost: lost.size };
}

/**
 * Tells how many modules did not come back. One sentence; empty for none.
 * @param lost how many modules.
 */
export function lostNotes(lost: number): string[] {
  if (lost === 0) return [];
  return [
    `${plural(lost, 'module')} found in one condition alone did not come back in the other half of its samples and ${lost === 1 ? 'is' : 'are'} left out.`,
  ];
}

/**
 * The joint pattern of every two modules that are present together, named `M1+M2` and present in the samples that have both. Two
 * that share a leading feature, or are hardly present together, have none.
 */
function jointModules(set: NamedModules) {
  return set.named.flatMap((first, i) =>
    set.named.slice(i + 1).flatMap((second) => {
      const pattern = jointPattern(set, first.k, second.k);
      if (pattern === null) return [];
      const named = {
        k: first.k,
        module: `${first.module}+${second.module}`,
        label: `${first.label} with ${second.label}`,
        present: first.present.map((inside, s) => inside & second.present[s]),
        flags: [],
        parts: [first.module, second.module] as const,
      };
      return [{ set, named, pattern }];
    }),
  );
}

/**
 * Share of each unit's samples in the stratum that have the module.
 * @param present 1 for those that have it.
 * @returns 0 to 1, one a unit; NaN for a unit without samples in the stratum.
 * @param inStratum 1 for samples of the stratum.
 */
function abundanceOf(present: Uint8Array, { units, unitOf }: Design, inStratum: Uint8Array): Float64Array {
  const having = new Float64Array(units.length);
  const samples = new Float64Array(units.length);
  unitOf.forEach((unit, s) => {
    if (unit < 0 || inStratum[s] === 0) return;
    samples[unit]++;
    having[unit] += present[s];
  });
  return having.map((count, u) => count / samples[u]);
}
