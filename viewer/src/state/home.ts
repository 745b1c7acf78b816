/** What the page can do when the explanation was made in it: null in a report, which only shows one. */
import { signal } from '@preact/signals';

export interface Home {
  /** Back to the settings, as they were for this run. */
  change(): void;
  /** Seconds by stage. */
  readonly timings: Readonly<Record<string, number>>;
  /** The command that gives the same bytes; empty for an explanation that was opened from a file. */
  readonly command: string;
  saveExplanation(): void;
  saveReport(): Promise<void>;
}

export const home = signal<Home | null>(null);
