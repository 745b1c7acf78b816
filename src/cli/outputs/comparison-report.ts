/**
 * `report.html` of a comparison: one self-contained file with the sentences, a strip of replicates for each finding, and all
 * rows. It has no script and fetches nothing. Every text of the data is escaped.
 */

import { createHash } from 'node:crypto';
import { decimal, pValue, signed } from '../../core/words.js';
import type { ComparedRow, ConditionComparison } from '../../lava/index.js';

/** Pixels of a strip of replicates. */
const STRIP = { width: 420, height: 76, left: 110, right: 16 };
/** Without a finding so many rows of the smallest p are drawn. */
const NEAREST = 3;

/** The text of `report.html`. */
export function comparisonReport(found: ConditionComparison, sentences: readonly string[]): string {
  const title = escaped(`${found.case} against ${found.control}`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title}</title>
<style>${STYLE}</style></head><body><main>
<h1>${title}</h1>
<section>${paragraphs(sentences)}</section>
<section><h2>Replicates</h2>${strips(found)}</section>
<section><h2>All modules</h2><div class="wide"><table><thead><tr>${HEADER.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>
<tbody>${found.rows.map(tableRow).join('\n')}</tbody></table></div></section>
</main></body></html>
`;
}

/** The sentences: those that begin with spaces as items of a list under the one before. */
function paragraphs(sentences: readonly string[]): string {
  const parts: string[] = [];
  let items: string[] = [];
  const close = () => {
    if (items.length > 0) parts.push(`<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`);
    items = [];
  };
  for (const sentence of sentences) {
    if (sentence.startsWith(' ')) items.push(escaped(sentence.replace(/^[\s-]+/, '')));
    else {
      close();
      if (sentence !== '') parts.push(`<p>${escaped(sentence)}</p>`);
    }
  }
  close();
  return parts.join('\n');
}

/** A strip for each finding; without findings for the rows of the smallest p. */
function strips(found: ConditionComparison): string {
  const findings = found.rows.filter(({ verdict }) => verdict !== 'shared' && verdict !== 'none');
  const tested = found.rows.filter(({ p }) => p !== null).sort((a, b) => (a.p ?? 1) - (b.p ?? 1));
  const drawn = findings.length > 0 ? findings : tested.slice(0, NEAREST);
  if (drawn.length === 0) return '<p>No module was measured on both sides.</p>';
  const note = findings.length > 0 ? '' : '<p>No module differs; these have the smallest p.</p>';
  return note + drawn.map((row) => strip(row, found)).join('\n');
}

/** One row's replicates: scores where the level is what differs or may differ, else presence. */
function strip(row: ComparedRow, { case: cases, control }: ConditionComparison): string {
  const byPresence = row.verdict === 'gained' || row.verdict === 'lost' || row.verdict === 'rewired';
  const known = row.units.flatMap((unit) => {
    const value = byPresence ? unit.presence : unit.score;
    return value === null ? [] : [{ ...unit, value }];
  });
  const values = known.map(({ value }) => value);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const x = (value: number) =>
    STRIP.left + ((value - low) / (high - low || 1)) * (STRIP.width - STRIP.left - STRIP.right);
  const dots = known.map(
    ({ replicate, isCase, value }) =>
      `<circle class="${isCase ? 'case' : 'control'}" cx="${x(value).toFixed(1)}" cy="${isCase ? 16 : 38}" r="6"><title>${escaped(replicate)}: ${signed(value)}</title></circle>`,
  );
  const name = `${row.module} (${row.label}), ${row.stratum === 'all' ? 'all samples' : row.stratum}: ${row.verdict}`;
  return `<figure><figcaption>${escaped(name)}</figcaption>
<svg viewBox="0 0 ${STRIP.width} ${STRIP.height}" role="img" aria-label="${escaped(`${byPresence ? 'presence' : 'score'} of ${row.module} in every replicate`)}">
<text x="0" y="21">${escaped(short(cases))}</text><text x="0" y="43">${escaped(short(control))}</text>
<line x1="${x(0).toFixed(1)}" x2="${x(0).toFixed(1)}" y1="4" y2="52"/>
${dots.join('')}
<text class="axis" x="${STRIP.left}" y="68">${decimal(low)}</text><text class="axis end" x="${STRIP.width - STRIP.right}" y="68">${byPresence ? 'presence' : 'score'} ${decimal(high)}</text></svg></figure>`;
}

const HEADER = [
  'module',
  'features',
  'stratum',
  'verdict',
  'presence, case',
  'control',
  'score difference',
  'abundance ratio',
  'p',
  'corrected',
  'replicates',
];

/** A row of the table. */
function tableRow(row: ComparedRow): string {
  const number = (value: number | null, words: (value: number) => string = decimal) =>
    `<td>${value === null ? '' : words(value)}</td>`;
  return `<tr class="${row.verdict}"><th scope="row">${escaped(row.module)}</th><td class="text">${escaped(row.label)}</td><td class="text">${escaped(row.stratum)}</td><td class="text verdict">${row.verdict}</td>${number(row.presenceCase)}${number(row.presenceControl)}${number(row.scoreDifference, signed)}${number(row.abundanceRatio)}${number(row.p, pValue)}${number(row.pAdjusted, pValue)}<td>${row.replicatesCase} : ${row.replicatesControl}</td></tr>`;
}

/** A name that fits beside a strip. */
const short = (name: string): string => (name.length > 14 ? `${name.slice(0, 13)}\u2026` : name);

/** Text that HTML shows as it is. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const STYLE = `
body{font:16px/1.5 system-ui,sans-serif;color:#1d232a;background:#fff;margin:0}
main{max-width:960px;margin:0 auto;padding:1.5rem}
section{margin:1.5rem 0}
ul{margin:.2rem 0 1rem;padding-left:1.4rem}
figure{margin:1rem 0}figcaption{font-weight:600}
svg{width:100%;max-width:520px;font:13px system-ui,sans-serif}
line{stroke:#8a94a0;stroke-dasharray:3 3}
.case{fill:#b3372f}.control{fill:#2f6fb3}circle{fill-opacity:.75}
.axis{fill:#57606a;font-size:12px}.end{text-anchor:end}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:14px}th{text-align:left}
thead th{vertical-align:bottom;padding:0 .6rem .3rem 0}
td{text-align:right;padding:.1rem .6rem;font-variant-numeric:tabular-nums}
td.text{text-align:left}
.gained .verdict,.lost .verdict,.rewired .verdict,.up .verdict,.down .verdict{font-weight:700;color:#8f2a23}
.none{color:#57606a}
@media(prefers-color-scheme:dark){body{color:#e6e8eb;background:#14181d}.axis,.none{fill:#aab2bb;color:#aab2bb}text{fill:currentColor}
.case{fill:#ff8a80}.control{fill:#7db8f5}.gained .verdict,.lost .verdict,.rewired .verdict,.up .verdict,.down .verdict{color:#ff9d94}}
`;

/** The page runs its own style, known by its hash, and asks the network for nothing. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;
