/**
 * Errors that whymap throws on purpose. Each is tagged with a `code`, says in one sentence what was got,
 * what was expected and what to do, and carries those parts as fields. Anything else is a defect.
 */

export interface ErrorParts {
  /** What was found. */
  readonly got: string;
  /** What would have been right. */
  readonly expected: string;
  /** What the person can do about it. */
  readonly remedy: string;
}

/** What files say may hold line breaks, and codes that a terminal would obey. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** Base of all deliberate errors. `code` is stable; `message` is one line for people. */
export class WhymapError extends Error {
  readonly code: string;
  readonly got: string;
  readonly expected: string;
  readonly remedy: string;

  constructor(code: string, parts: ErrorParts, options?: { cause?: unknown }) {
    super(oneLine(`got ${parts.got}; expected ${parts.expected}; ${parts.remedy}`), options);
    this.name = new.target.name;
    this.code = code;
    this.got = parts.got;
    this.expected = parts.expected;
    this.remedy = parts.remedy;
  }
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
