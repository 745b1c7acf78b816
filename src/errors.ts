/**
 * Errors that whymap throws on purpose. Each is tagged with a `code`, says in one sentence what was got,
 * what was expected and what to do, and carries those parts as fields. Anything else is a defect.
 */

export interface ErrorParts {
  /** What was found. */
  readonly got: Words;
  /** What would have been right. */
  readonly expected: Words;
  /** What the person can do about it. */
  readonly remedy: Words;
}

/** An option inside a text, with the value it has or should have. Every face prints it in its own spelling. */
export interface OptionMention {
  /** Name of the option in camelCase, as in `src/options`. */
  readonly option: string;
  readonly value?: string;
}

/** A text in which options are mentioned; made by `words`. */
export type Words = string | readonly (string | OptionMention)[];

/** How a face prints an option: the command line `--locality-size 40`, the library `localitySize: 40`. */
export type Spelling = (mention: OptionMention) => string;

/** An option to be mentioned in `words`, with a value where one is meant. */
export function option(name: string, value?: string | number): OptionMention {
  return value === undefined ? { option: name } : { option: name, value: String(value) };
}

/** Tag of a template: ``words`choose a smaller ${option('localitySize')}` ``. */
export function words(
  texts: TemplateStringsArray,
  ...values: readonly (Words | OptionMention | number)[]
): Words {
  return texts.flatMap((text, i) => {
    const value = values[i];
    if (value === undefined) return [text];
    if (typeof value === 'number') return [text, String(value)];
    return typeof value === 'string' || 'option' in value ? [text, value] : [text, ...value];
  });
}

/** The text with its options in `spelling`; by default as the library's options are written. */
export function spell(text: Words, spelling: Spelling = librarySpelling): string {
  if (typeof text === 'string') return text;
  return text.map((part) => (typeof part === 'string' ? part : spelling(part))).join('');
}

/** Options as the library spells them: `name: value`. */
const librarySpelling: Spelling = ({ option: name, value }) =>
  value === undefined ? name : `${name}: ${value}`;

/** Control characters but tab and line feed, line separators, and characters that turn the direction of a text. */
const UNPRINTABLE = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** The text with what a terminal would obey shown as `\u001b`; in JSON this means the same character. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What files say may hold line breaks, and codes that a terminal would obey. */
function oneLine(text: string): string {
  return printable(text.replace(/[\t\r\n]+/g, ' '));
}

/** An error's parts as texts, in the spelling of one face. */
export type SpelledParts = Readonly<Record<keyof ErrorParts, string>>;

/** Base of all deliberate errors. `code` is stable; `message` is one line for people, in the library's spelling. */
export class WhymapError extends Error {
  readonly code: string;
  readonly got: string;
  readonly expected: string;
  readonly remedy: string;
  /** The same parts, with options as mentions. */
  readonly parts: ErrorParts;

  constructor(code: string, parts: ErrorParts, options?: { cause?: unknown }) {
    const { got, expected, remedy } = spelledParts(parts);
    super(sentence({ got, expected, remedy }), options);
    this.name = new.target.name;
    this.code = code;
    this.got = got;
    this.expected = expected;
    this.remedy = remedy;
    this.parts = parts;
  }

  /** The message with its options in another face's spelling. */
  messageIn(spelling: Spelling): string {
    return sentence(spelledParts(this.parts, spelling));
  }
}

/** The parts as texts, with options in `spelling`. */
export function spelledParts({ got, expected, remedy }: ErrorParts, spelling?: Spelling): SpelledParts {
  return {
    got: spell(got, spelling),
    expected: spell(expected, spelling),
    remedy: spell(remedy, spelling),
  };
}

/** The parts in one line. */
function sentence({ got, expected, remedy }: SpelledParts): string {
  return oneLine(`got ${got}; expected ${expected}; ${remedy}`);
}

/** Two inputs whose sizes do not fit together, or a size that is too small. The person's input is wrong. */
export class ShapeError extends WhymapError {
  constructor(parts: ErrorParts) {
    super('shape', parts);
  }
}

/** An option that is unknown, out of range or in conflict with another. The person's input is wrong. */
export class OptionError extends WhymapError {
  constructor(parts: ErrorParts) {
    super('option', parts);
  }
}

/** A file that cannot be read as what it claims to be, or whose values cannot be used. */
export class FormatError extends WhymapError {
  constructor(parts: ErrorParts, options?: { cause?: unknown }) {
    super('format', parts, options);
  }
}

/** Something this machine or build cannot do (an engine that is not installed, a feature of a format). */
export class UnsupportedError extends WhymapError {
  constructor(parts: ErrorParts, options?: { cause?: unknown }) {
    super('unsupported', parts, options);
  }
}

/** The machine failed: no memory, no space, a worker that died. Exit code 1, not the person's input. */
export class MachineError extends WhymapError {
  constructor(parts: ErrorParts, options?: { cause?: unknown }) {
    super('machine', parts, options);
  }
}

/** The work was stopped by its `signal`. */
export class CancelledError extends WhymapError {
  constructor() {
    super('cancelled', {
      got: 'a request to stop',
      expected: 'the work to run to its end',
      remedy: 'run it again to get a result',
    });
  }
}
