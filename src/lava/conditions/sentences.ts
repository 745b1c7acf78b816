/**
 * A comparison of conditions as sentences for people: effect first, then p and the number of replicates. Ours.
 * Types: `ConditionComparison`: condition, case and control by name, replicates of either side, rows (one a module
 *   and stratum), notes; its nearDuplicates (groups of modules alike), replicate (its column, or null), assignments
 *   (of units to sides, how many tried), exact (they are all there are), crossed (replicates are on both sides); its
 *   bySize (verdicts rest on sizes, not on p). `ComparedRow`, one module in one stratum: stratum (level, or `all`), p
 *   (or null), localities (where both sides were measured), verdict (a word), pAdjusted (over all rows, or null),
 *   units (values of every unit), module (id), label (name), scoreDifference (case less control, or null),
 *   presenceCase (or null), presenceControl (or null), flags (to know of it), replicatesCase (units measured),
 *   replicatesControl (units measured), slight (the level differs, but by little), scoreEffect (difference in
 *   standard deviations, or null). `NearDuplicates`, modules alike: modules (ids, two or more), features (names that
 *   most lead with).
 * Fails: never.
 */

import { decimal, listed, plural, pValue, signed } from '../../core/words.js';
import { shownLabel } from '../describe/module-name.js';
import { NOT_BACK } from '../evaluate/comes-back.js';
import type { ConditionComparison } from './compare.js';
import { ALL } from './measured.js';
import type { ComparedRow } from './rows.js';
import { LARGE_SCORE, type Verdict } from './verdict.js';

const ORDER: readonly Verdict[] = ['gained', 'lost', 'rewired', 'up', 'down'];

/**
 * A comparison as lines of text: what was compared and how; for all samples and each stratum what differs, what is
 * shared and what is absent; and what to know.
 * @returns lines without line breaks inside; some are empty, to part paragraphs.
 */
export function conditionSentences(found: ConditionComparison): string[] {
  const strata = [...new Set(found.rows.map(({ stratum }) => stratum))];
  return [
    designSentence(found),
    ...found.nearDuplicates.map(
      ({ modules, features }) =>
        `${listed(modules)} share leading features (${features.join(', ')}): read them as one programme.`,
    ),
    ...notBack(found),
    ...strata.flatMap((stratum) => stratumSentences(found, stratum)),
    ...(found.notes.length > 0 ? ['', 'To know:', ...found.notes.map((note) => `  - ${note}`)] : []),
  ];
}

/** One sentence on the modules of the explanation that did not come back when it was made; none where all did. */
function notBack({ rows }: ConditionComparison): string[] {
  const names = rows.flatMap(({ module, stratum, flags }) =>
    stratum === ALL && flags.includes(NOT_BACK) ? [module] : [],
  );
  if (names.length === 0) return [];
  return [
    `${listed(names)} ${NOT_BACK}: fits on 90% of the samples and another covering group ${names.length > 1 ? 'their' : 'its'} features differently.`,
  ];
}

/**
 * A sentence that names the two sides, their replicates, and how differences were tested. Says that there is no p
 * where no row has one.
 */
function designSentence({ condition, replicate, assignments, exact, ...found }: ConditionComparison): string {
  const sides = `${found.case} against ${found.control} (${condition})`;
  if (replicate === null) return `${sides}, without replicates: sizes of differences only.`;
  const { case: cases, control: controls } = found.replicates;
  const units = found.crossed
    ? `${plural(cases, 'replicate')} on both sides (${replicate})`
    : `${cases} against ${plural(controls, 'replicate')} (${replicate})`;
  if (found.rows.every(({ p }) => p === null)) return `${sides}, ${units}: sizes of differences only.`;
  const tried = exact ? `all ${assignments} arrangements` : `${assignments} random arrangements`;
  return `${sides}, ${units}; p by ${tried} of the replicates over the sides, corrected over all modules and strata.`;
}

/**
 * The lines on one stratum: findings by kind (gained, lost, rewired, up, down); modules that are shared or absent in
 * one line each. Where no locality was measured, one line says so.
 * @param stratum its name; `all` for all samples.
 */
function stratumSentences(found: ConditionComparison, stratum: string): string[] {
  const rows = found.rows.filter((row) => row.stratum === stratum);
  const title = stratum === ALL ? 'All samples' : `In ${stratum}`;
  if (rows.every(({ localities }) => localities === 0)) {
    return [
      '',
      `${title}: cannot be compared here: no locality holds both; explain an integrated map, or larger localities.`,
    ];
  }
  const findings = ORDER.flatMap((verdict) => rows.filter((row) => row.verdict === verdict));
  const named = (verdict: Verdict) => namesOf(rows.filter((row) => row.verdict === verdict));
  const [shared, none] = [named('shared'), named('none')];
  return [
    '',
    findings.length === 0
      ? `${title}: no module differs between ${found.case} and ${found.control}.`
      : `${title}: ${countOf(findings, found)}.`,
    ...findings.map((row) => `  ${findingSentence(row, found)}`),
    ...slightLine(rows),
    ...nearest(rows, found),
    ...(shared === '' ? [] : [`  Shared: ${shared}.`]),
    ...(none === '' ? [] : [`  Present on neither side, or not measured on both: ${none}.`]),
  ];
}

/**
 * How many modules differ; where some of them are pieces of one programme, also how many programmes that are, and
 * where no p decides, that it is by size.
 * @param findings rows that differ.
 */
function countOf(findings: readonly ComparedRow[], { nearDuplicates, bySize }: ConditionComparison): string {
  const groupOf = ({ module }: ComparedRow) =>
    nearDuplicates.findIndex(({ modules }) => modules.includes(module));
  const grouped = findings.map(groupOf).filter((group) => group >= 0);
  const programmes = findings.length - grouped.length + new Set(grouped).size;
  const verb = findings.length === 1 ? 'differs' : 'differ';
  const pieces = programmes < findings.length ? ` (${plural(programmes, 'programme')})` : '';
  return `${plural(findings.length, 'module')}${pieces} ${verb}${bySize ? ', by size alone' : ''}`;
}

/**
 * One line on the differences of level that are too small to count where verdicts are by size; none where there are
 * none.
 * @param rows of the comparison.
 */
function slightLine(rows: readonly ComparedRow[]): string[] {
  const slight = rows.filter((row) => row.slight);
  if (slight.length === 0) return [];
  const named = slight.map(({ module, scoreDifference }) => `${module} ${signed(scoreDifference ?? 0)}`);
  return [
    `  Smaller differences of level, not counted (below ${LARGE_SCORE} standard deviations, or no wider than those between replicates): ${named.slice(0, MOST_NAMED).join(', ')}${named.length > MOST_NAMED ? ` and ${named.length - MOST_NAMED} more` : ''}.`,
  ];
}

/**
 * Where nothing differs: the module with the smallest p, and its relative score in every replicate. One line; empty where
 * something differs, or nothing was tested.
 * @param rows of the comparison.
 */
function nearest(rows: readonly ComparedRow[], found: ConditionComparison): string[] {
  const tested = rows.filter(({ p, verdict }) => p !== null && verdict === 'shared');
  if (tested.length === 0 || tested.length < rows.filter(({ p }) => p !== null).length) return [];
  const [row] = [...tested].sort(
    (a, b) => (a.p ?? 1) - (b.p ?? 1) || (a.pAdjusted ?? 1) - (b.pAdjusted ?? 1),
  );
  const scores = (isCase: boolean) =>
    row.units
      .flatMap(({ relativeScore, ...unit }) =>
        unit.isCase === isCase && relativeScore !== null ? [signed(relativeScore)] : [],
      )
      .join(', ');
  return [
    `  Nearest to it: ${row.module} (${shownLabel(row.label)}), score difference ${signed(row.scoreDifference ?? 0)} (relative scores in ${found.case}: ${scores(true)}; in ${found.control}: ${scores(false)}), presence ${decimal(row.presenceCase ?? 0)} and ${decimal(row.presenceControl ?? 0)}; p ${pValue(row.p ?? 1)}, corrected ${pValue(row.pAdjusted ?? 1)}.`,
  ];
}

/** A module is named in a list of so many at most. */
const MOST_NAMED = 12;

/** The modules of the rows; of many only how many they are. At most MOST_NAMED ids. */
function namesOf(rows: readonly ComparedRow[]): string {
  return rows.length <= MOST_NAMED ? listed(rows.map(({ module }) => module)) : `${rows.length} modules`;
}

/** One finding in a sentence: what, how much, how sure. A p that cannot be small is not repeated in every line. */
function findingSentence(row: ComparedRow, { case: cases, control, bySize }: ConditionComparison): string {
  const p =
    row.p === null || row.pAdjusted === null
      ? 'no p, '
      : bySize
        ? ''
        : `p ${pValue(row.p)}, corrected ${pValue(row.pAdjusted)}, `;
  const flags = row.flags.length > 0 ? `; ${row.flags.join('; ')}` : '';
  return `${row.module} (${shownLabel(row.label)}) ${WORDS[row.verdict](cases, control)}: ${effect(row, cases, control)}; ${p}${row.replicatesCase} against ${row.replicatesControl}${flags}.`;
}

const WORDS: Readonly<Record<Verdict, (cases: string, control: string) => string>> = {
  gained: (cases) => `is gained in ${cases}`,
  lost: (cases) => `is lost in ${cases}`,
  rewired: (cases) => `is rewired in ${cases}`,
  up: (cases) => `is up in ${cases}`,
  down: (cases) => `is down in ${cases}`,
  shared: () => 'is shared',
  none: () => 'is on neither side',
};

/**
 * The figures that a verdict rests on, as text: difference of scores for `up` and `down`, else presence on both
 * sides. Scores in standardized feature units, presence as mean squared correlation beyond chance, so below 0 where features
 * correlate less than by chance.
 * @param cases name of the side of the cases.
 * @param control name of the other.
 */
function effect(row: ComparedRow, cases: string, control: string): string {
  if (row.verdict === 'up' || row.verdict === 'down') {
    const spread = row.scoreEffect === null ? '' : ` (${signed(row.scoreEffect)} standard deviations)`;
    return `score difference ${signed(row.scoreDifference ?? 0)}${spread}`;
  }
  return `presence ${decimal(row.presenceCase ?? 0)} in ${cases}, ${decimal(row.presenceControl ?? 0)} in ${control}`;
}
