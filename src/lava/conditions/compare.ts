/**
 * Comparison of two conditions: which modules are gained, lost, rewired, up or down, by replicate.
 *
 * Purpose: "disease against control" without counting samples of one donor as if they were donors.
 * Source: ours. Modules are those of the explanation, found on both conditions together, and those found on either
 *   condition alone that they do not cover (discover.ts), so that a programme of one condition is not diluted. Each is
 *   measured in every unit (a replicate on one side) on matched localities (unit-values.ts), over all samples and in each
 *   stratum, and tested by permuting units (unit-tests.ts).
 * Verdicts: *gained*, *lost*: presence differs, and the weaker side has less than half of the stronger. *rewired*: present
 *   on both sides with other pairs. *up*, *down*: the score differs. *shared*: present on both sides without such a
 *   difference. *none*: present on neither. A difference counts when its corrected p is at most `level`. Where the units
 *   are so few that no p can be, or there is one a side, it counts when it is large (half of the stronger presence, half a
 *   standard deviation of the score) and no unit of one side lies among those of the other; the result says so.
 * How it fails: presence on a side with few samples in each locality is noisy; a module that differs everywhere by level
 *   only has its presence where localities hold both conditions. Rewiring without replicates is not judged.
 * Cost: two more explanations without evaluation, and unit-values.ts for each module and stratum. Deterministic.
 */

import { encodeLevels } from '../../core/levels.js';
import { type Context, type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import { OptionError } from '../../errors.js';
import type { CategoricalColumn, Explanation, MetadataColumn, Table } from '../../model.js';
import { explainedTable, measureOf } from '../query/explained-table.js';
import { type Design, planDesign } from './design.js';
import { designNotes } from './design-notes.js';
import { discoverInEach, type NamedModules, pooledModules } from './discover.js';
import { type RowTest, unitTests } from './unit-tests.js';
import { type UnitValues, unitValues } from './unit-values.js';
import { judge, type Verdict } from './verdict.js';

export interface ConditionOptions {
  /** Categorical metadata column with the two levels that are compared; the labels count as one, by their name. */
  readonly condition: string;
  readonly case: string;
  readonly control: string;
  /** Column of the replicates (donor, slide, animal). Default: none, so effect sizes without p. */
  readonly replicate?: string;
  /** Column whose levels are compared each on its own, beside all samples. Default: none. */
  readonly in?: string;
  /** Most assignments that are drawn when not all are tried. Default 999. */
  readonly draws?: number;
  /** Largest corrected p that counts as a difference. Default 0.05. */
  readonly level?: number;
  /** Whether modules are also looked for on either condition alone. Default true. */
  readonly discover?: boolean;
}

/** One module in one stratum. */
export interface ComparedRow {
  /** Id of the module; with the condition in front for one that was found on that condition alone. */
  readonly module: string;
  readonly label: string;
  /** Level of `in`, or `all`. */
  readonly stratum: string;
  readonly verdict: Verdict;
  /** Mean squared correlation of the module's pairs beyond chance, mean over units; null without matched localities. */
  readonly presenceCase: number | null;
  readonly presenceControl: number | null;
  /** Mean score over units, relative to the mean of the localities, in standardized feature units. */
  readonly scoreCase: number | null;
  readonly scoreControl: number | null;
  readonly scoreDifference: number | null;
  /** Share of a unit's samples in which the module is present: case over control; null when control has none. */
  readonly abundanceRatio: number | null;
  /** By permutation of units; null where there is one unit on a side or no matched locality. */
  readonly p: number | null;
  /** Corrected over all rows and statistics. */
  readonly pAdjusted: number | null;
  readonly replicatesCase: number;
  readonly replicatesControl: number;
  /** Localities in which both sides were measured. */
  readonly localities: number;
  /** What must be known of the module: `mostly a difference between levels of slide`. */
  readonly flags: readonly string[];
}

export interface ConditionComparison {
  readonly condition: string;
  readonly case: string;
  readonly control: string;
  readonly replicate: string | null;
  /** Units of either side; without a replicate column each side is one. */
  readonly replicates: { readonly case: number; readonly control: number };
  /** Whether replicates are on both sides. */
  readonly crossed: boolean;
  /** Assignments tried, the observed one among them, and whether they are all there are. */
  readonly assignments: number;
  readonly exact: boolean;
  /** Modules in order, each in all samples first. */
  readonly rows: readonly ComparedRow[];
  /** What must be known to read the rows: why there is no p, what was left out. */
  readonly notes: readonly string[];
}

/**
 * Compares the samples of `options.case` with those of `options.control`: one row for each module and stratum with
 * effect sizes, p and a verdict. Throws OptionError for columns or levels that do not exist or hold no sample,
 * ShapeError for another table.
 * @param input `table`: the table that was explained.
 */
export async function compareConditions(
  input: { readonly explanation: Explanation; readonly table: Table },
  options: ConditionOptions,
  partialContext: PartialContext = {},
): Promise<ConditionComparison> {
  const context = await resolveContext(partialContext);
  const { explanation } = input;
  const table = explainedTable(explanation, input.table);
  const metadata = [...(explanation.metadata ?? input.table.metadata ?? []), ...labelColumn(explanation)];
  const replicate = options.replicate === undefined ? null : columnOf(metadata, options.replicate);
  const condition = columnOf(metadata, options.condition);
  const { draws, level } = checkedOptions(options);
  const sides = { condition, case: options.case, control: options.control, replicate };
  const design = planDesign(sides, draws, context.random.stream('conditions'));
  const strata = strataOf(design, options.in === undefined ? null : columnOf(metadata, options.in));
  const sets = [pooledModules(explanation, table)];
  if (options.discover ?? true) {
    sets.push(...(await discoverInEach({ explanation, table, design, sides }, context)));
  }
  const measured = await measureAll({ explanation, table, design, strata, sets }, context);
  const tests = unitTests(
    measured.map(({ values }) => values),
    design,
  );
  return {
    condition: options.condition,
    case: options.case,
    control: options.control,
    replicate: options.replicate ?? null,
    replicates: {
      case: design.units.filter(({ isCase }) => isCase).length,
      control: design.units.filter(({ isCase }) => !isCase).length,
    },
    crossed: design.crossed,
    assignments: design.assignments.length,
    exact: design.exact,
    rows: measured.map((row, i) => comparedRow(row, tests?.[i] ?? null, design, level)),
    notes: designNotes(design, options, level),
  };
}

/** The number of draws and the level with their defaults; OptionError where they are out of range. */
function checkedOptions({ draws = 999, level = 0.05 }: ConditionOptions) {
  if (Number.isInteger(draws) && draws >= 1 && level > 0 && level < 1) return { draws, level };
  throw new OptionError({
    got: `${draws} draws at level ${level}`,
    expected: 'a whole number of draws, 1 or more, and a level between 0 and 1',
    remedy: 'leave both out for 999 draws at 0.05',
  });
}

/** The labels as a column, under the name they were read by, or `label`; an empty list without labels. */
function labelColumn({ labels, options }: Explanation): CategoricalColumn[] {
  if (!labels) return [];
  const name = typeof options.label === 'string' ? options.label : 'label';
  return [{ name, kind: 'categorical', ...encodeLevels(labels) }];
}

/** The categorical metadata column of this name; OptionError where there is none or it holds numbers. */
function columnOf(metadata: readonly MetadataColumn[], name: string): CategoricalColumn {
  const column = metadata.find((other) => other.name === name);
  if (column?.kind === 'categorical') return column;
  const categorical = metadata.filter(({ kind }) => kind === 'categorical').map((other) => other.name);
  throw new OptionError({
    got: column ? `the column ${name}, which holds numbers` : `the metadata column ${name}`,
    expected:
      categorical.length > 0
        ? `one of ${categorical.slice(0, 12).join(', ')}`
        : 'data with categorical metadata columns',
    remedy: 'name a column of groups, or read the data with its metadata',
  });
}

interface Stratum {
  readonly name: string;
  /** 1 for its samples that are compared. */
  readonly inStratum: Uint8Array;
}

/**
 * The strata of a comparison: all compared samples, named `all`, then those of each level of the column that has any,
 * in the column's order.
 * @param column null where nothing but all samples is compared.
 */
function strataOf({ unitOf }: Design, column: CategoricalColumn | null): Stratum[] {
  const all = Uint8Array.from(unitOf, (unit) => (unit >= 0 ? 1 : 0));
  const levels = (column?.levels ?? []).map((name, code) => ({
    name,
    inStratum: all.map((compared, s) => (compared && column?.codes[s] === code ? 1 : 0)),
  }));
  return [{ name: 'all', inStratum: all }, ...levels.filter(({ inStratum }) => inStratum.includes(1))];
}

interface Measured {
  readonly module: string;
  readonly label: string;
  readonly stratum: string;
  readonly flags: readonly string[];
  readonly values: UnitValues;
  /** Share of each unit's samples in which the module is present; NaN for units without samples. */
  readonly abundance: Float64Array;
}

/**
 * Presence, pairs and score of every module in every unit, for every stratum; all strata of a module before the next.
 * @param input `sets`: modules of the explanation, then those found on one condition, each with the samples they are
 *   measured on.
 */
async function measureAll(
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
  const measure = measureOf(input.explanation);
  const watch = watchStage(context, 'conditions');
  const all = sets.flatMap((set) => set.named.map((named) => ({ set, named })));
  const measured: Measured[] = [];
  for (const [i, { set, named }] of all.entries()) {
    const { k, module, label, present, flags } = named;
    for (const { name: stratum, inStratum: all } of strata) {
      const inStratum = all.map((inside, s) => inside & set.measured[s]);
      const values = unitValues(table.features, set, k, design, { inStratum, measure });
      const abundance = abundanceOf(present, design, inStratum);
      measured.push({ module, label, stratum, flags, values, abundance });
      await watch.checkpoint();
    }
    watch.progress((i + 1) / all.length);
  }
  return measured;
}

/**
 * For each unit, the share (0 to 1) of its samples in the stratum in which the module is present; NaN without
 * samples.
 * @param present 1 for the samples that have it.
 * @param inStratum 1 for the samples of the stratum.
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

/**
 * The row of the answer for one module in one stratum: means over the units of either side, the test, and the
 * verdict.
 * @param test null where there is no p.
 * @param level largest corrected p that counts as a difference.
 */
function comparedRow(
  { module, label, stratum, flags, values, abundance }: Measured,
  test: RowTest | null,
  design: Design,
  level: number,
): ComparedRow {
  const mean = (some: Float64Array, isCase: boolean) => {
    const known = some.filter((value, u) => design.units[u].isCase === isCase && !Number.isNaN(value));
    return known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : null;
  };
  const count = (isCase: boolean) =>
    design.units.filter((unit, u) => unit.isCase === isCase && !Number.isNaN(values.presence[u])).length;
  const [scoreCase, scoreControl] = [mean(values.score, true), mean(values.score, false)];
  const [abundanceCase, abundanceControl] = [mean(abundance, true), mean(abundance, false)];
  const tested = values.localities > 0 ? test : null;
  return {
    module,
    label,
    stratum,
    verdict: judge(values, design, tested, level),
    presenceCase: mean(values.presence, true),
    presenceControl: mean(values.presence, false),
    scoreCase,
    scoreControl,
    scoreDifference: scoreCase === null || scoreControl === null ? null : scoreCase - scoreControl,
    abundanceRatio: abundanceCase !== null && abundanceControl ? abundanceCase / abundanceControl : null,
    p: tested?.p ?? null,
    pAdjusted: tested?.pAdjusted ?? null,
    replicatesCase: count(true),
    replicatesControl: count(false),
    localities: values.localities,
    flags,
  };
}
