/**
 * Comparison of two conditions: which modules are gained, lost, rewired, up or down, by replicate.
 *
 * Purpose: "disease against control" without counting samples of one donor as if they were donors.
 * Source: ours. Modules are those of the explanation, found on both conditions together, and those found on either
 *   condition alone that they do not cover (discover.ts), so that a programme of one condition is not diluted. Each is
 *   measured in every unit (a replicate on one side) on matched localities (unit-values.ts), over all samples and in each
 *   stratum, and tested by permuting units (unit-tests.ts).
 * Verdicts: *gained*, *lost*: presence differs, and the weaker side has less than a third of the stronger. *rewired*: present
 *   on both sides with other pairs, or two modules that are present together and paired otherwise (patterns.ts). *up*, *down*: the score differs. *shared*: present on both sides without such a
 *   difference. *none*: present on neither. A difference counts when its corrected p is at most `level`. Where the units
 *   are so few that no p can be that small, or there is one a side, it counts when it is large (a third of the stronger presence at
 *   most on the other side; 0.8 standard deviations of the score, Cohen's large effect) and no unit of one side lies among those
 *   of the other, for the score with a gap as wide as either side; the result says so.
 * How it fails: presence on a side with few samples in each locality is noisy; a module that differs everywhere by level
 *   only has its presence where localities hold both conditions. Rewiring without replicates is not judged.
 * Cost: two more explanations without evaluation, and unit-values.ts for each module and stratum. Deterministic.
 * Types: `Explanation`, of a map: metadata (columns of the samples; may be absent), labels (one a sample, or null),
 *   options (as run). `Table`, samples x features: metadata (further columns of the samples). `PartialContext`: a
 *   Context or some of its parts: engine, random or seed, signal, memory, onProgress. `MetadataColumn`: `categorical`
 *   (codes into levels, -1 where missing) or `numeric` (values, NaN where missing), one a sample. `Design`, of a
 *   comparison: units (replicates on either side), crossed (replicates are on both sides), assignments (one byte a
 *   unit, 1 for case; the observed first), exact (they are all there are), unitOf (unit of each sample, -1 for none).
 *   `CategoricalColumn`, groups of the samples: name (of the column), kind (`categorical`), levels (distinct values),
 *   codes (one a sample, index into levels, -1 where missing). `Random`, seeded numbers: stream (an independent stream
 *   by name). `Context`, what a run computes with: random (seeded streams by name). `Measured`, one module in one
 *   stratum: values (UnitValues: presence, score and pairs of every unit). `Unit`, a replicate on one side: isCase (on
 *   the case side).
 */

import { encodeLevels } from '../../core/levels.js';
import { type PartialContext, resolveContext } from '../../engine/context.js';
import { OptionError } from '../../errors.js';
import type { CategoricalColumn, Explanation, MetadataColumn, Table } from '../../model.js';
import { explainedTable } from '../query/explained-table.js';
import { type Design, planDesign } from './design.js';
import { designNotes } from './design-notes.js';
import { discoverInEach, pooledModules } from './discover.js';
import { ALL, lostNotes, measureAll, replicatedOnly, type Stratum } from './measured.js';
import { type NearDuplicates, nearDuplicates } from './near-duplicates.js';
import { type ComparedRow, judgedRows } from './rows.js';
import { unitTests } from './unit-tests.js';
import { isAttainable } from './verdict.js';

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
  /** Whether verdicts rest on the size of differences, because no p of the design can be as small as the level. */
  readonly bySize: boolean;
  /** Modules in order, each in all samples first. */
  readonly rows: readonly ComparedRow[];
  /** Modules of the explanation that share leading features: read each group as one programme. */
  readonly nearDuplicates: readonly NearDuplicates[];
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
  const alone =
    (options.discover ?? true)
      ? await discoverInEach({ explanation, table, design, sides }, context)
      : { sets: [], notes: [] };
  const sets = [pooledModules(explanation, table), ...alone.sets];
  const { measured, lost } = replicatedOnly(
    await measureAll({ explanation, table, design, strata, sets }, context),
  );
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
    bySize: tests === null || !isAttainable(design, level),
    rows: judgedRows(measured, tests, design, level),
    nearDuplicates: nearDuplicates(explanation),
    notes: [...designNotes(design, options, level), ...alone.notes, ...lostNotes(lost)],
  };
}

/**
 * The number of draws and the level with their defaults; OptionError where they are out of range.
 * @returns both numbers; defaults are 999 draws (of assignments) and 0.05.
 */
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

/**
 * The categorical metadata column of this name; OptionError where there is none or it holds numbers. The error lists
 * up to 12 categorical columns.
 */
function columnOf(metadata: readonly MetadataColumn[], name: string): CategoricalColumn {
  // labels of numbers are there twice, as numbers and as groups
  const named = metadata.filter((other) => other.name === name);
  const groups = named.find(({ kind }) => kind === 'categorical');
  if (groups?.kind === 'categorical') return groups;
  const names = metadata.filter(({ kind }) => kind === 'categorical').map((other) => other.name);
  const categorical = [...new Set(names)];
  throw new OptionError({
    got: named.length > 0 ? `the column ${name}, which holds numbers` : `the metadata column ${name}`,
    expected:
      categorical.length > 0
        ? `one of ${categorical.slice(0, 12).join(', ')}`
        : 'data with categorical metadata columns',
    remedy: 'name a column of groups, or read the data with its metadata',
  });
}

/**
 * All compared samples, then those of each level that has any, in the column's order.
 * @param column null for no strata.
 * @returns for each stratum its name and 1 for each sample in it, else 0; `all` first. A level that is itself called `all` comes
 * with the column's name, `column:all`.
 */
function strataOf({ unitOf }: Design, column: CategoricalColumn | null): Stratum[] {
  const all = Uint8Array.from(unitOf, (unit) => (unit >= 0 ? 1 : 0));
  const levels = (column?.levels ?? []).map((level, code) => ({
    name: level === ALL ? `${column?.name}:${level}` : level,
    inStratum: all.map((compared, s) => (compared && column?.codes[s] === code ? 1 : 0)),
  }));
  return [{ name: ALL, inStratum: all }, ...levels.filter(({ inStratum }) => inStratum.includes(1))];
}
