/**
 * Numbers as people and programs write them in text, and back; and texts cut out of a file.
 * Fails: never.
 */

/** What pandas and R write for a missing value; read as missing, never as text. */
const MISSING = new Set(
  [
    '',
    '#N/A',
    '#NA',
    '-NaN',
    '-nan',
    '<NA>',
    'N/A',
    'NA',
    'NULL',
    'NaN',
    'None',
    'n/a',
    'nan',
    'null',
  ].concat(['1.#IND', '-1.#IND', '1.#QNAN', '-1.#QNAN', '#N/A N/A', 'NaT', '.']),
);
const INFINITE = /^([+-]?)inf(inity)?$/i;
/** JavaScript reads these as numbers; no table means them so. */
const OTHER_BASE = /^0[xbo]/i;
const CODE_OF_9 = 57;

/**
 * Whether a cell stands for a missing value: empty, NA, nan, null and the like. Spaces at the ends do not
 * count.
 * @param text of the cell.
 */
export function isMissing(text: string): boolean {
  return MISSING.has(text) || MISSING.has(text.trim());
}

/**
 * The number that the text is, NaN when it is none (or missing: see isMissing). Hexadecimal and other bases are no
 * numbers; `inf` and `Infinity` are infinite.
 */
export function parseNumber(text: string, decimal: '.' | ','): number {
  const plain = decimal === ',' ? text.replace(',', '.') : text;
  const value = Number(plain);
  if (!Number.isNaN(value)) {
    const unusual = value === 0 || plain.charCodeAt(1) > CODE_OF_9 || plain.charCodeAt(2) > CODE_OF_9;
    if (unusual && (plain.trim() === '' || OTHER_BASE.test(plain.trim()))) return Number.NaN;
    return value;
  }
  const infinite = INFINITE.exec(plain.trim());
  if (!infinite) return Number.NaN;
  return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/**
 * The shortest decimal text of a number: of a single-precision one (0.1 as a float32 is 0.10000000149 as a
 * double) what gives that float32 again, of any other what gives that double again. `NaN` and `Infinity` for
 * these.
 * @param value any number.
 */
export function formatNumber(value: number): string {
  if (Math.fround(value) !== value || Number.isInteger(value)) return String(value);
  return shortDecimal(value) ?? shortestText(value);
}

/** Powers of ten that doubles hold exactly. */
const POWERS = Float64Array.from({ length: 16 }, (_, e) => 10 ** e);
/** Nearer than this to the middle of two whole numbers a product in double does not tell which is nearer. */
const DOUBT = 1e-6;

/**
 * The same as `shortestText`, five times as fast: whole numbers of 9 digits and fewer over a power of ten, which one division rounds as
 * the text would be read.
 * @param value single-precision, no whole number. @returns null for sizes outside 1e-6 to 1e5, and where rounding is in doubt.
 */
function shortDecimal(value: number): string | null {
  const size = Math.abs(value);
  if (!(size >= 1e-6 && size < 1e5)) return null;
  // decimals that leave 9 digits
  let decimals = 8 - Math.floor(Math.log10(size));
  if (size * POWERS[decimals] >= 1e9) decimals--;
  else if (size * POWERS[decimals] < 1e8) decimals++;
  let whole = 0;
  for (let dropped = 0; dropped <= 3; dropped++) {
    const power = POWERS[decimals - dropped];
    const scaled = size * power;
    const below = Math.floor(scaled);
    if (Math.abs(scaled - below - 0.5) < DOUBT) return null;
    const rounded = scaled - below > 0.5 ? below + 1 : below;
    if (dropped > 0 && Math.fround(rounded / power) !== size) {
      decimals -= dropped - 1;
      break;
    }
    whole = rounded;
    if (dropped === 3) decimals -= 3;
  }
  while (whole % 10 === 0) {
    whole /= 10;
    decimals--;
  }
  const digits = String(whole);
  const sign = value < 0 ? '-' : '';
  if (digits.length <= decimals) return `${sign}0.${'0'.repeat(decimals - digits.length)}${digits}`;
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** The shortest decimal text of a single-precision number, by trying numbers of digits. @param value no whole number. */
export function shortestText(value: number): string {
  // most take 8 or 9 digits: whichever is short enough is sought from there
  let shortest = Number(value.toPrecision(9));
  for (let digits = 8; digits >= 6; digits--) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) !== value) break;
    shortest = shorter;
  }
  return String(shortest);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
/** V8 copies shorter ones by itself. */
const SHORT = 13;

/** A copy of a text: a part of a longer one keeps all of that in memory, so ids kept the whole file. */
export function detachedText(text: string): string {
  return text.length < SHORT ? text : decoder.decode(encoder.encode(text));
}
