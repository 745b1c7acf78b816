/** What must be known to read a comparison: why there is no p, how small it can be, what was left out. Ours. */

import type { Design } from './design.js';

/** Sentences on the design: why there is no p, how small it can be, what was left out or cannot be compared. */
export function designNotes(
  design: Design,
  options: { readonly case: string; readonly control: string; readonly replicate?: string },
  level: number,
  apart: readonly string[],
): string[] {
  const count = (isCase: boolean) => design.units.filter((unit) => unit.isCase === isCase).length;
  const [cases, controls] = [count(true), count(false)];
  const smallest = (design.crossed || cases === controls ? 2 : 1) / design.assignments.length;
  return [
    ...(options.replicate === undefined
      ? ['No replicate column was named, so there is no p: samples of one donor or slide are not replicates.']
      : Math.min(cases, controls) < 2
        ? [
            `There is no p: ${cases} replicates of ${options.case} and ${controls} of ${options.control}; two on each side are the least.`,
          ]
        : []),
    ...(options.replicate !== undefined && Math.min(cases, controls) >= 2 && design.exact && smallest > level
      ? [
          `With ${cases} against ${controls} replicates${design.crossed ? ' on both sides' : ''} no p can be below ${smallest.toFixed(2)}: verdicts rest on the size of the differences and on replicates that do not overlap.`,
        ]
      : []),
    ...(design.leftOut.length > 0
      ? [`Left out, since they are on one side only: ${design.leftOut.join(', ')}.`]
      : []),
    ...(apart.length > 0
      ? [
          `Cannot be compared: no locality holds enough samples of both ${options.case} and ${options.control} in ${apart.join(', ')}.`,
        ]
      : []),
  ];
}
