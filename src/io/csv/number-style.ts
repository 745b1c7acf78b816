/**
 * Purpose: how a file writes numbers: its decimal sign and what stands between thousands, decided over all of its cells.
 * Ours: a sign is decided by cells that can mean one thing only (`1,5` is no thousand, `1,234.5` no decimal comma). Where all
 * cells can mean both, a person is asked.
 * Fails: OptionError for numbers that can be read in two ways, or that follow both rules.
 */

import { OptionError, option, words } from '../../errors.js';
import type { Warning } from '../../model.js';
import { parseNumber } from '../text/numbers.js';

export interface NumberStyle {
  readonly decimal: '.' | ',';
  /** Between groups of three digits; empty when nothing is. */
  readonly thousands: '' | '.' | ',' | ' ' | "'";
}

export const PLAIN: NumberStyle = { decimal: '.', thousands: '' };

/** Cells that tell how numbers are written, with one example each. */
export interface NumberEvidence {
  readonly counts: Record<Kind, number>;
  readonly examples: Partial<Record<Kind, string>>;
  /** Of each column: cells such as 1.234, and whole numbers below 1000 without a sign, and all others. */
  readonly dotted: Map<number, { groups: number; small: number; other: number }>;
}

type Kind =
  | 'commaDecimal'
  | 'commaGroup'
  | 'commaEither'
  | 'pointDecimal'
  | 'pointGroup'
  | 'pointEither'
  | 'spaceGroup';

const KINDS: readonly (readonly [Kind, RegExp])[] = [
  ['commaEither', /^[-+]?[1-9]\d{0,2},\d{3}$/],
  ['pointEither', /^[-+]?[1-9]\d{0,2}\.\d{3}$/],
  ['commaDecimal', /^[-+]?\d*,\d+(e[-+]?\d+)?$/i],
  ['pointDecimal', /^[-+]?(\d+\.\d*|\.\d+)(e[-+]?\d+)?$/i],
  ['commaGroup', /^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/],
  ['pointGroup', /^[-+]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?$/],
  ['spaceGroup', /^[-+]?[1-9]\d{0,2}([ '\u00a0\u202f]\d{3})+([.,]\d*)?$/],
];
const SMALL = /^[-+]?\d{1,3}$/;
/** Cells such as 1.234 without any other number of digits behind the point, from which on they may be thousands. */
const DOUBTFUL = 20;

/** Evidence on how numbers are written, before any cell is seen. */
export function newEvidence(): NumberEvidence {
  const counts = Object.fromEntries(KINDS.map(([kind]) => [kind, 0])) as Record<Kind, number>;
  return { counts, examples: {}, dotted: new Map() };
}

/**
 * Counts how one cell is written. Empty cells and texts that are no numbers count for nothing but their column.
 * @param column its position, from 0.
 */
export function addEvidence(evidence: NumberEvidence, text: string, column: number): void {
  const cell = text.trim();
  if (cell === '') return;
  const kind = KINDS.find(([, pattern]) => pattern.test(cell))?.[0];
  let dotted = evidence.dotted.get(column);
  if (!dotted) evidence.dotted.set(column, (dotted = { groups: 0, small: 0, other: 0 }));
  if (kind === 'pointEither') dotted.groups++;
  else if (kind === undefined && SMALL.test(cell)) dotted.small++;
  else dotted.other++;
  if (kind === undefined) return;
  evidence.counts[kind]++;
  evidence.examples[kind] ??= cell;
}

/**
 * Whether some numbers are written in another way than `1234.5`, so that all cells must be looked at. Never
 * throws.
 * @param delimiter between fields.
 */
export function isUnusual({ counts, dotted }: NumberEvidence, delimiter: string): boolean {
  const commas =
    counts.commaDecimal + counts.commaGroup + counts.commaEither + counts.pointGroup + counts.spaceGroup;
  if (commas > 0) return true;
  return (
    delimiter !== ',' &&
    [...dotted.values()].some(({ groups, small, other }) => groups > 0 && small > 0 && other === 0)
  );
}

/**
 * The style that all cells follow, with a warning where it is not plain. OptionError where cells follow two, or may
 * be read in two ways.
 * @param requested signs that options say.
 * @param name of the file.
 * @returns decimal sign, and sign between thousands (empty for none).
 */
export function decideStyle(
  evidence: NumberEvidence,
  requested: { decimal?: '.' | ','; thousands?: string },
  name: string,
): { style: NumberStyle; warnings: readonly Warning[] } {
  const { counts } = evidence;
  const comma = counts.commaDecimal > 0 || counts.pointGroup > 0;
  const point = counts.pointDecimal > 0 || counts.commaGroup > 0;
  const decimal =
    requested.decimal ?? (requested.thousands === ',' ? '.' : requested.thousands === '.' ? ',' : null);
  if (decimal === null && comma && point) throw mixed(evidence, name);
  if (decimal === null && !comma && !point && counts.commaEither > 0)
    throw ambiguous(evidence, 'commaEither', name);
  if (decimal === null && !comma && isDoubtful(evidence)) throw ambiguous(evidence, 'pointEither', name);
  const sign = decimal ?? (comma ? ',' : '.');
  const thousands = (requested.thousands ?? groupsOf(evidence, sign)) as NumberStyle['thousands'];
  const style: NumberStyle = { decimal: sign, thousands };
  return { style, warnings: decimal === null ? styleWarnings(style, evidence, name) : [] };
}

/**
 * Whether points may stand between thousands: some column has cells such as 1.234 and whole numbers below 1000, and
 * no other numbers.
 */
function isDoubtful({ dotted, counts }: NumberEvidence): boolean {
  if (counts.pointDecimal > 0) return false;
  return [...dotted.values()].some(
    ({ groups, small, other }) => groups >= DOUBTFUL && small > 0 && other === 0,
  );
}

/**
 * The sign between thousands that the cells show, the empty text for none. Never throws.
 * @param decimal sign of the file.
 */
function groupsOf({ counts, examples }: NumberEvidence, decimal: '.' | ','): NumberStyle['thousands'] {
  if (counts.spaceGroup > 0) return examples.spaceGroup?.includes("'") ? "'" : ' ';
  const groups =
    decimal === ',' ? counts.pointGroup + counts.pointEither : counts.commaGroup + counts.commaEither;
  if (groups === 0) return '';
  return decimal === ',' ? '.' : ',';
}

/**
 * A warning for a style that is not plain, since it changes what numbers mean; none for a plain one.
 * @param name of the file.
 */
function styleWarnings(style: NumberStyle, { examples }: NumberEvidence, name: string): Warning[] {
  if (style.decimal === '.' && style.thousands === '') return [];
  const comma = examples.commaDecimal ?? examples.pointGroup;
  const parts = style.decimal === ',' ? [`with a decimal comma (${comma})`] : [];
  const group =
    style.thousands === '.'
      ? (examples.pointGroup ?? examples.pointEither)
      : (examples.commaGroup ?? examples.commaEither);
  if (style.thousands !== '')
    parts.push(`with ${JSON.stringify(style.thousands)} between thousands (${group ?? examples.spaceGroup})`);
  const code = style.decimal === ',' ? 'decimal-comma' : 'thousands';
  return [{ code, message: `Numbers in ${name} were read ${parts.join(' and ')}.` }];
}

/**
 * The number that a cell is when it is read in this style, NaN when it is none. Spaces at the ends do not
 * count; an infinite number is one.
 * @param text of the cell.
 */
export function parseStyled(text: string, { decimal, thousands }: NumberStyle): number {
  if (decimal === '.' && thousands === '') return parseNumber(text, '.');
  let plain = text.trim();
  if (thousands !== '') {
    const grouped = withoutGroups(plain, thousands);
    if (grouped === null) return Number.NaN;
    plain = grouped;
  }
  if (decimal === ',') {
    if (plain.includes('.')) return Number.NaN;
    plain = plain.replace(',', '.');
  }
  return parseNumber(plain, '.');
}

/**
 * The text without the signs between groups of three digits; null where they stand elsewhere. A text without the sign
 * comes back as it is.
 * @param thousands the sign.
 */
function withoutGroups(text: string, thousands: string): string | null {
  const normal = thousands === ' ' ? text.replace(/[\u00a0\u202f]/g, ' ') : text;
  if (!normal.includes(thousands)) return normal;
  const parts = /^([-+]?)([\d.,' ]*?)([.,]\d*)?$/.exec(normal);
  const end = parts?.[3]?.startsWith(thousands) ? undefined : parts?.[3];
  const whole = normal.slice(parts?.[1].length ?? 0, normal.length - (end?.length ?? 0));
  const groups = whole.split(thousands);
  const sound = groups.every(
    (group, i) => /^\d+$/.test(group) && (i === 0 ? group.length <= 3 : group.length === 3),
  );
  return sound ? `${parts?.[1] ?? ''}${groups.join('')}${end ?? ''}` : null;
}

/**
 * The error for cells such as 1.234 that may be fractions or thousands.
 * @param kind of the cells.
 * @param name of the file.
 */
function ambiguous({ examples }: NumberEvidence, kind: Kind, name: string): OptionError {
  const sign = kind === 'commaEither' ? ',' : '.';
  const text = examples[kind] ?? '';
  const plain = text.replace(sign, '');
  return new OptionError({
    got: `numbers such as ${text} in ${name}, which may be ${plain} or ${text.replace(sign, '.')} (all of them have three digits behind the ${sign === ',' ? 'comma' : 'point'})`,
    expected: 'one way to read them',
    remedy: words`say ${option('thousands', sign)} for ${plain}, or ${option('decimal', sign)} for ${text.replace(sign, '.')}`,
  });
}

/** The error for cells of which some have a decimal point and some a decimal comma. @param name of the file. */
function mixed({ examples }: NumberEvidence, name: string): OptionError {
  const comma = examples.commaDecimal ?? examples.pointGroup;
  const point = examples.pointDecimal ?? examples.commaGroup;
  return new OptionError({
    got: `numbers with a decimal comma (${comma}) and with a decimal point (${point}) in ${name}`,
    expected: 'one decimal sign in a file',
    remedy: words`write all numbers alike, or leave the columns out that are written otherwise (${option('drop')}) and say ${option('decimal')}`,
  });
}

const DECORATED =
  /^[(<>~≈]?\s*[-+−]?\s*[$€£¥]?\s*[-+−]?([\d.,' \u00a0\u202f]*\d)\s*([%‰$€£¥]|EUR|USD|[-−])?\s*\)?$/;
const DIGITS = /^(\d+|\d{1,3}([., '\u00a0\u202f]\d{3})+)([.,]\d+)?$/;

/**
 * Whether a text is a number in another writing: with a percent or currency sign, a sign behind it, in groups, with a
 * decimal comma. False for plain numbers.
 */
export function isDecoratedNumber(text: string): boolean {
  const digits = DECORATED.exec(text.trim())?.[1];
  return digits !== undefined && DIGITS.test(digits.trim());
}
