/** What the page and its worker say to each other. Files cross as handles: their bytes are read in the worker. */
import type { Contents, ReadingPlan } from 'whymap/io';
import type { OptionTexts } from 'whymap/options';

/** What was dropped or chosen: a file, or a folder as its files by their relative paths with `/`. */
export interface Item {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly content: File | ReadonlyMap<string, File>;
}

/** What to explain: files by name, as the command line would name them, and the options given. */
export interface Job {
  readonly files: ReadonlyMap<string, Item>;
  /** The name of the one with the features. */
  readonly features: string;
  readonly options: OptionTexts;
}

export type Found = Contents & { readonly format: string };

/** How the files would be read: the plan, and what its lines do not say. */
export interface Planned {
  readonly plan: ReadingPlan;
  readonly notes: readonly string[];
}

export type Request =
  | { readonly kind: 'look'; readonly number: number; readonly item: Item }
  | { readonly kind: 'plan'; readonly number: number; readonly job: Job }
  | { readonly kind: 'run'; readonly job: Job }
  | { readonly kind: 'cancel' };

/** A failure in parts, as `WhymapError` has them; a defect has its text in `got`. */
export interface Problem {
  readonly code: string;
  readonly got: string;
  readonly expected: string;
  readonly remedy: string;
}

export type Answer =
  | { readonly kind: 'seen'; readonly number: number; readonly found: Found }
  | { readonly kind: 'planned'; readonly number: number; readonly planned: Planned }
  | { readonly kind: 'unreadable'; readonly number: number; readonly problem: Problem }
  | { readonly kind: 'progress'; readonly stage: string; readonly done: number }
  /** The bytes of `explanation.whymap`, and the seconds by stage that are not in it. */
  | {
      readonly kind: 'done';
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly title: string;
      readonly timings: Readonly<Record<string, number>>;
    }
  | { readonly kind: 'failed'; readonly problem: Problem };
