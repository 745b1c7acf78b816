/**
 * What must be known to read a comparison: why there is no p, how small it can be, what was left out. Ours.
 * Types: `Design`, of a comparison: units (replicates on either side), assignments (one byte a unit, 1 for case; the
 *   observed first), crossed (replicates are on both sides), exact (they are all there are), leftOut (replicates on one
 *   side only), missing (samples without a level, by column), unitOf (unit of each sample, -1 for none). `Unit`, a
 *   replicate on one side: isCase (on the case side), replicate (its level).
 * Fails: never.
 */

import { listed, plural } from '../../core/words.js';
import type { Design } from './design.js';
import { LEAST_SAMPLES } from './unit-values.js';

interface Sides {
  readonly condition: string;
  readonly case: string;
  readonly control: string;
  readonly replicate?: string;
}

/**
 * Sentences that a person has to read with a comparison, most important first: on the test, on what was left out, on
 * units too small.
 * @param level largest corrected p that counts as a difference.
 * @param sides names of the replicate column (or undefined), the condition, case and control, for the sentences.
 * @returns an empty list where nothing has to be said.
 */
export function designNotes(design: Design, sides: Sides, level: number): string[] {
  return [...testNotes(design, sides, level), ...leftOutNotes(design, sides), ...smallUnits(design, sides)];
}

/** A sentence on why there is no p, or how small it can be; none where p can reach `level`. */
function testNotes({ units, assignments, crossed, exact }: Design, sides: Sides, level: number): string[] {
  if (sides.replicate === undefined) {
    return [
      'No replicate column was named, so there is no p: samples of one donor or slide are not replicates of the condition.',
    ];
  }
  const cases = units.filter(({ isCase }) => isCase).length;
  const controls = units.length - cases;
  const kind = sides.replicate;
  if (Math.min(cases, controls) < 2) {
    return [
      `There is no p, because replicates (${kind}) are the units of the test: ${sides.case} has ${cases} and ${sides.control} has ${controls}, and two on each side are the least. A p over samples would treat samples of one ${kind} as if they were ${kind}s, so it is not given.`,
    ];
  }
  const smallest = (crossed || cases === controls ? 2 : 1) / assignments.length;
  if (!exact || smallest <= level) return [];
  return [
    `With ${crossed ? `${cases} replicates on both sides` : `${cases} against ${controls} replicates`} no p can be below ${smallest.toFixed(2)}: verdicts rest on the size of the differences and on replicates that do not overlap. More replicates, not more samples, would allow a test.`,
  ];
}

/** Sentences on samples and replicates that were not compared, with their numbers. */
function leftOutNotes({ leftOut, missing }: Design, sides: Sides): string[] {
  return [
    ...(leftOut.length > 0
      ? [
          `Left out, since they are on one side only and the others are on both: ${listed(leftOut)} (${sides.replicate}).`,
        ]
      : []),
    ...(missing.condition > 0
      ? [`Left out: ${plural(missing.condition, 'sample')} without a value of ${sides.condition}.`]
      : []),
    ...(missing.replicate > 0
      ? [`Left out: ${plural(missing.replicate, 'sample')} without a value of ${sides.replicate}.`]
      : []),
  ];
}

/**
 * A sentence that names the units with too few samples (LEAST_SAMPLES) for any correlation; none where there are
 * none.
 */
function smallUnits({ units, unitOf }: Design, sides: Sides): string[] {
  const sizes = new Int32Array(units.length);
  for (const unit of unitOf) if (unit >= 0) sizes[unit]++;
  const small = units.flatMap((unit, u) =>
    sizes[u] < LEAST_SAMPLES
      ? [`${unit.replicate} in ${unit.isCase ? sides.case : sides.control} (${plural(sizes[u], 'sample')})`]
      : [],
  );
  if (small.length === 0) return [];
  return [`Not measured, with fewer than ${LEAST_SAMPLES} samples: ${listed(small)}.`];
}
