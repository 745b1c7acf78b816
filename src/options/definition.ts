/** Types of the table of options: what an option is, and the type of its value. */

/** The commands that options belong to. */
export type CommandName =
  | 'demo'
  | 'explain'
  | 'view'
  | 'embed'
  | 'audit'
  | 'query'
  | 'compare'
  | 'inspect'
  | 'reproduce'
  | 'shard';

/** The sections that faces show options in, in this order. */
export const OPTION_GROUPS = ['main', 'method', 'input', 'output', 'machine'] as const;
export type OptionGroup = (typeof OPTION_GROUPS)[number];

/** What a value may be. `least` and `most` are allowed themselves, `above` and `below` are not. */
export type OptionType =
  | { readonly kind: 'integer'; readonly least: number; readonly most?: number; readonly word?: string }
  | {
      readonly kind: 'number';
      readonly least?: number;
      readonly above?: number;
      readonly most?: number;
      readonly below?: number;
    }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  /** True where it is named, without a value. */
  | { readonly kind: 'flag' }
  | { readonly kind: 'yes-no' }
  /** Bytes, with an optional unit of 1024: `512M`, `4G`. */
  | { readonly kind: 'size' }
  /** Width and height in pixels: `28x28`. */
  | { readonly kind: 'image' }
  /** `form` says what the text is, for help: `column`, `region`. */
  | { readonly kind: 'text'; readonly form: string }
  /** An input that must be there. `file|key` may also be a key inside the file of the features. */
  | { readonly kind: 'file'; readonly form: 'file' | 'folder' | 'file|key' }
  /** Where something is written. */
  | { readonly kind: 'output'; readonly form: 'file' | 'folder' };

export interface OptionDefinition {
  /** In camelCase, as in the library. */
  readonly name: string;
  readonly commands: readonly CommandName[];
  readonly group: OptionGroup;
  readonly type: OptionType;
  /** The default: a value, or a sentence where it depends on the data. Null: nothing is done without the option. */
  readonly default: number | string | null;
  /** One line, without full stop. */
  readonly help: string;
  /** What it is called in a form. */
  readonly label: string;
  /** Unit of a number. */
  readonly unit?: string;
  /** The letter of the command line. */
  readonly short?: string;
  /** Whether summaries record it as a part of how the input was read. */
  readonly recorded?: true;
}

/** Keeps names, kinds and choices as literal types, from which `OptionValues` is made. */
export function defineOptions<const Rows extends readonly OptionDefinition[]>(rows: Rows): Rows {
  return rows;
}

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** The type of a parsed value. */
export type ValueOf<T extends OptionType> = T extends { kind: 'integer'; word: infer W extends string }
  ? number | W
  : T extends { kind: 'integer' | 'number' | 'size' }
    ? number
    : T extends { kind: 'choice'; choices: readonly (infer C)[] }
      ? C
      : T extends { kind: 'flag' | 'yes-no' }
        ? boolean
        : T extends { kind: 'image' }
          ? ImageSize
          : string;

/** Values of the options in `Rows`; undefined where an option was left out. */
export type ValuesOf<Rows extends readonly OptionDefinition[]> = {
  readonly [R in Rows[number] as R['name']]?: ValueOf<R['type']>;
};
