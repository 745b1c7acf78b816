/** What was found, in words, for the end of a run on the terminal. */

import { PLANNED } from '../../io/index.js';
import { presentRows, presentThreshold } from '../../lava/describe/present.js';
import { comesBack, withinFlags } from '../../lava/index.js';
import type { Explanation, ModuleDescription } from '../../model.js';
import type { Writer } from '../terminal/text.js';

const NAMED_FEATURES = 5;
const NAMED_PLACES = 3;

/** Writes what was found and where the report is. */
export function tellFindings(explanation: Explanation, path: string, out: Writer): void {
  out.write(
    `${[...headline(explanation), '', ...moduleLines(explanation), ...warningLines(explanation)].join('\n')}\n`,
  );
  out.write(`\nReport: ${path}/report.html  (open it in a browser, or run: whymap view ${path})\n`);
}

/** Sizes, coverage and the share of association that the modules account for. */
function headline(explanation: Explanation): string[] {
  const { localities, modules } = explanation;
  const covered = explanation.rows - localities.uncovered.length;
  return [
    `${explanation.rows} samples, ${explanation.featureNames.length} features, ${localities.count} localities of ${localities.size} samples (${percent(covered / explanation.rows)} of samples covered).`,
    `${modules.count} modules account for ${percent(modules.explained)} of the local association.`,
  ];
}

/** The modules that come back, then the others in short. */
function moduleLines(explanation: Explanation): string[] {
  const { descriptions } = explanation;
  const numbers = [...descriptions.keys()];
  const back = numbers.filter((k) => comesBack(descriptions[k]));
  const lost = numbers.filter((k) => !comesBack(descriptions[k]));
  const lines = back.map((k) => {
    const module = descriptions[k];
    return `${lead(module)}${nameOf(module, explanation)}${kindOf(module)}\n            ${placesOf(explanation, k, module)}`;
  });
  if (lost.length === 0) return lines;
  return [
    ...lines,
    '',
    'Did not come back (fits on 90% of the samples and another covering group these features differently):',
    ...lost.map((k) => {
      const { replication } = descriptions[k];
      const similarity = `similarity ${(replication ?? 0).toFixed(2)}`;
      return `${lead(descriptions[k])}${nameOf(descriptions[k], explanation)}  (${similarity})`;
    }),
  ];
}

const lead = ({ id, share }: ModuleDescription): string => `${id.padEnd(4)}${percent(share).padStart(6)}  `;

/** What a reader must know before believing it. */
function kindOf({ contrast, recurrence, significance, trustFlag, within }: ModuleDescription): string {
  const remarks = [
    ...(contrast ? ['contrast between groups'] : []),
    ...withinFlags(within),
    ...(recurrence?.disjoint === 1 ? ['seen in one place only'] : []),
    ...(significance?.verdict === 'chance' ? ['not shown to be more than chance'] : []),
    ...(significance?.verdict === 'not-replicated'
      ? ['not tested: two thirds of the samples do not give it']
      : []),
    ...(significance?.verdict === 'global' ? ['real, but not shown to be local'] : []),
    ...(trustFlag ? ['on a torn or glued region of the map'] : []),
  ];
  return remarks.length > 0 ? `  (${remarks.join('; ')})` : '';
}

/** The leading features; for pixels the place in the image, since `f345` says nothing. */
function nameOf(module: ModuleDescription, explanation: Explanation): string {
  if (explanation.image) return module.label;
  const names = module.topFeatures.map(({ feature }) => explanation.featureNames[feature]);
  const more = names.length > NAMED_FEATURES ? ` and ${names.length - NAMED_FEATURES} more` : '';
  return names.slice(0, NAMED_FEATURES).join(', ') + more;
}

/** Where it is present: the labels that hold most of it, with the share of each; without labels, how much. */
function placesOf(explanation: Explanation, k: number, module: ModuleDescription): string {
  const share = percent(module.presentSamples);
  if (!explanation.labels) return `present in ${share} of samples`;
  const { labels, samplePresence, modules } = explanation;
  const present = presentRows(samplePresence, k, presentThreshold(modules.presence, k));
  const totals = countBy(labels);
  const inside = countBy(present.map((s) => labels[s]).filter((label) => label !== ''));
  const ranked = [...inside].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, NAMED_PLACES);
  const named = ranked.map(([label, count]) => `${label} (${percent(count / (totals.get(label) ?? 1))})`);
  return `present in ${share} of samples: ${named.join(', ')}`;
}

/** How often each label occurs. */
function countBy(labels: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** The warnings as a list, or nothing. */
function warningLines({ warnings }: Explanation): string[] {
  const shown = warnings.filter(({ code }) => !PLANNED.has(code));
  if (shown.length === 0) return [];
  return ['', 'To know:', ...shown.map(({ message }) => `  - ${message}`)];
}

/** A share as a percentage, with a decimal below 10%. */
function percent(share: number): string {
  const value = 100 * share;
  return `${value >= 10 || value === 0 ? Math.round(value) : value.toFixed(1)}%`;
}
