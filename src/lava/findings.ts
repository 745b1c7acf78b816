/**
 * What a run should say of its fit: samples that localities do not cover, modules that were not found.
 * Types: `Granularity`: chosen number, curve (one row a number), levels and links between them. `Localities`,
 *   n-neighborhoods of probes: uncovered (samples in none), tuning (how probes were placed). `Modules`, of a fit: count
 *   (how many).
 * Fails: never.
 */

import type { Granularity, Localities, Modules, Warning } from '../model.js';
import { fewSamples } from './few-samples.js';

/** What the fit gave, and the number of modules that it was asked for. */
interface FindingsOf {
  readonly modules: Modules;
  readonly granularity: Granularity | undefined;
  readonly fitOptions: { readonly modules: number | undefined };
}

/**
 * A warning where the localities were tuned on fewer samples than there are.
 * @param samples that the probes were tuned on.
 * @param rows samples in all.
 */
function tunedOnPart(samples: number, rows: number): Warning[] {
  if (samples === rows) return [];
  const message = `The probes were tuned on ${samples} of the ${rows} samples, drawn at random (tuning samples), and then placed on all.`;
  return [{ code: 'tuned-on-part', message }];
}

/**
 * Warns when at least 1.5 times the chosen number of modules replicate: those that do not recur may be of interest.
 * Empty otherwise.
 */
function leftOut({ chosen, curve }: Granularity): Warning[] {
  const { modules, replicated } = curve.reduce((a, b) => (b.replicated > a.replicated ? b : a));
  if (replicated < 1.5 * chosen || replicated < chosen + 2) return [];
  const message = `${chosen} modules were chosen: so many recur in disjoint localities, in either half of the samples. Of ${modules} modules, ${replicated} replicate, but the others do not recur or are parts of these: request ${modules} modules to see them.`;
  return [{ code: 'more-modules-replicate', message }];
}

/**
 * Warnings about what a fit left out or could not reach.
 * @param rows samples in all.
 * @returns in a fixed order; empty where there is nothing to say.
 */
export function findings(
  rows: number,
  localities: Localities,
  { modules, granularity, fitOptions }: FindingsOf,
): Warning[] {
  const { uncovered, tuning } = localities;
  const warnings = [
    ...tunedOnPart(tuning.samples, rows),
    ...fewSamples(rows, localities, fitOptions.modules),
  ];
  if (uncovered.length > 0) {
    const first = [...uncovered.subarray(0, 3)].join(', ');
    warnings.push({
      code: 'uncovered-samples',
      message:
        uncovered.length === 1
          ? `1 sample is in no locality (row ${first}); its presence is that of the nearest probe.`
          : `${uncovered.length} samples are in no locality (rows ${first}${uncovered.length > 3 ? ', ...' : ''}); their presence is that of the nearest probe.`,
    });
  }
  const requested = fitOptions.modules ?? modules.count;
  if (modules.count < requested) {
    warnings.push({
      code: 'fewer-modules',
      message: `${requested} modules were requested and ${modules.count === 1 ? 'one was' : `${modules.count} were`} found: no association is left for more, or more would only divide these.`,
    });
  }
  return granularity ? [...warnings, ...leftOut(granularity)] : warnings;
}
