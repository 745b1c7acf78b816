/** What every coloring is made of: codes, colors and a legend; amounts on the ramp. */
import { RAMP_STEPS, ramp, type Theme } from './palette.js';

/** A category of the legend. `code` is the region of its samples, as a text. */
export interface LegendEntry {
  readonly name: string;
  readonly color: string;
  readonly count: number;
  readonly code: string;
}

export type Legend =
  | {
      readonly kind: 'ramp';
      readonly title: string;
      readonly note: string;
      readonly low: string;
      readonly high: string;
      readonly colors: readonly string[];
      /** Samples without a value, and their color; absent where there are none. */
      readonly missing?: LegendEntry;
    }
  | {
      readonly kind: 'categories';
      readonly title: string;
      readonly note: string;
      readonly entries: readonly LegendEntry[];
    };

export interface Coloring {
  /** Position in `colors`, one a sample. */
  readonly codes: Uint16Array | Uint32Array;
  readonly colors: readonly string[];
  /** Samples are drawn in ascending order of this, so that what matters is on top. One a color. */
  readonly order: readonly number[];
  readonly legend: Legend;
  /** What the color stands for at a sample, for tables. */
  value(row: number): string | number;
}

/** Amounts from `low` to `top` on the ramp of the theme; what lies outside has the color of the end. */
export function amounts(
  values: ArrayLike<number>,
  top: number,
  theme: Theme,
  words: { title: string; note: string; low: string; high: string },
  low = 0,
): Coloring {
  const colors = ramp(theme);
  const span = top - low || 1;
  const codes = Uint16Array.from(values, (value) =>
    Math.round(Math.max(0, Math.min(1, (value - low) / span)) * (RAMP_STEPS - 1)),
  );
  const order = colors.map((_, step) => step);
  return {
    codes,
    colors,
    order,
    legend: { kind: 'ramp', colors, ...words },
    value: (row) => values[row],
  };
}
