/** The coloring by the difference of presence between the conditions of a comparison. */
import { amounts, type Coloring } from '../coloring-parts.js';
import { NEUTRAL, RAMP_STEPS, signRamp, type Theme } from '../palette.js';
import { highest } from '../presence.js';
import type { View } from '../view.js';
import { signed } from '../words.js';
import { differenceAt, rowName } from './conditions.js';

/** Where a module is more present in the case than in the control; samples whose localities do not hold both are gray. */
export function difference(view: View, number: number, theme: Theme): Coloring | null {
  const { comparison, explanation } = view;
  const row = comparison?.rows[number];
  if (!comparison || !row) return null;
  const values = differenceAt(explanation, row);
  const most = highest(values.map(Math.abs), 0.99) || 1;
  const words = {
    title: `Presence of ${rowName(explanation, row)}: ${comparison.case} less ${comparison.control}`,
    note: 'mean over replicates and localities; light gray: no locality there holds both',
    low: `${signed(-most)} more in ${comparison.control}`,
    high: `${signed(most)} more in ${comparison.case}`,
  };
  const shown = amounts(values, most, theme, words, -most);
  const ramp = signRamp(theme);
  return {
    codes: shown.codes.map((code, at) => (Number.isNaN(values[at]) ? RAMP_STEPS : code)),
    colors: [...ramp, NEUTRAL[theme]],
    order: [...ramp.map((_, step) => 1 + Math.abs(step - RAMP_STEPS / 2)), 0],
    value: (at) => (Number.isNaN(values[at]) ? '' : values[at]),
    legend: { ...words, kind: 'ramp', colors: ramp },
  };
}
