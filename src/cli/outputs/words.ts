/** What was found, in words, for the end of a run on the terminal. */

import { percent, plural } from '../../core/words.js';
import { PLANNED } from '../../io/plan/notes.js';
import { geneSetsSentence } from '../../lava/describe/gene-sets.js';
import { moduleTitle, shownName } from '../../lava/describe/module-name.js';
import { presentRows, presentThreshold } from '../../lava/describe/present.js';
import { alikeSentences, readingOrder } from '../../lava/describe/reading-order.js';
import { comesBack } from '../../lava/evaluate/comes-back.js';
import { headline, moduleRemarks, summary } from '../../lava/query/module-sentences.js';
import type { Explanation, ModuleDescription } from '../../model.js';
import type { Writer } from '../terminal/text.js';

const NAMED_FEATURES = 5;
const NAMED_LABELS = 3;

/** Writes what was found and where the report is. @param structure lines on what `--structure` found. */
export function tellFindings(
  explanation: Explanation,
  path: string,
  out: Writer,
  structure: readonly string[] = [],
): void {
  const part = structure.length > 0 ? ['', ...structure] : [];
  out.write(
    `${[...headlines(explanation), '', ...moduleLines(explanation), ...part, ...warningLines(explanation)].join('\n')}\n`,
  );
  out.write(`\nReport: ${path}/report.html  (open it in a browser, or run: whymap view ${path})\n`);
}

/** What the run was about, and what it found. */
function headlines(explanation: Explanation): string[] {
  const { localities } = explanation;
  const covered = explanation.rows - localities.uncovered.length;
  return [
    headline(explanation),
    summary(explanation),
    ...alikeSentences(explanation),
    `${plural(explanation.rows, 'sample')}, ${percent(covered / explanation.rows)} of them in a locality.`,
    ...(explanation.geneSets ? [geneSetsSentence(explanation)] : []),
  ];
}

/** The modules that come back, then the others in short. */
function moduleLines(explanation: Explanation): string[] {
  const { descriptions } = explanation;
  const numbers = readingOrder(explanation);
  const back = numbers.filter((k) => comesBack(descriptions[k]));
  const lost = numbers.filter((k) => !comesBack(descriptions[k]));
  const lines = back.map((k) => {
    const module = descriptions[k];
    return `${lead(module)}${nameOf(module, explanation)}${kindOf(module)}\n            ${labelsOf(explanation, k, module)}`;
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

/** The id and share of a module, as the start of a line. */
const lead = ({ id, share }: ModuleDescription): string => `${id.padEnd(4)}${percent(share).padStart(6)}  `;

/** What a reader must know before believing it. */
function kindOf(module: ModuleDescription): string {
  const remarks = moduleRemarks(module).map(({ text }) => text);
  return remarks.length > 0 ? `  (${remarks.join('; ')})` : '';
}

/** The gene set where one names it, and the leading features, or both poles where some go against others. */
function nameOf(module: ModuleDescription, explanation: Explanation): string {
  const title = moduleTitle(explanation, module);
  if (explanation.image) return title;
  const named = (module.geneSets ?? []).length > 0;
  if (!named && (module.signs?.opposed ?? []).length > 0) return title;
  const leading = leadingNames(module, explanation);
  return named ? `${title}: ${leading}` : leading;
}

/** The first features by loading, and how many more there are. */
function leadingNames(module: ModuleDescription, explanation: Explanation): string {
  const names = module.topFeatures.map(({ feature }) => shownName(explanation.featureNames[feature]));
  const more = names.length > NAMED_FEATURES ? ` and ${names.length - NAMED_FEATURES} more` : '';
  return names.slice(0, NAMED_FEATURES).join(', ') + more;
}

/** Where it is present: in how many samples, and the labels that hold most of it, if any do, with the share of each. */
function labelsOf(explanation: Explanation, k: number, module: ModuleDescription): string {
  const share = percent(module.presentSamples);
  const present = `present in ${share} of samples`;
  if (!explanation.labels) return present;
  const { labels, samplePresence, modules } = explanation;
  const rows = presentRows(samplePresence, k, presentThreshold(modules.presence, k));
  const totals = countBy(labels);
  const inside = countBy(rows.map((s) => labels[s]).filter((label) => label !== ''));
  const ranked = [...inside].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, NAMED_LABELS);
  const named = ranked.map(([label, count]) => `${label} (${percent(count / (totals.get(label) ?? 1))})`);
  return named.length > 0 ? `${present}: ${named.join(', ')}` : present;
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
