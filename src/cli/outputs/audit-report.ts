/**
 * `report.html` of an audit: one self-contained file with the verdict, the table and the map, colored by what is wrong.
 * No script or style is fetched; it works offline from a disk.
 */

import { createHash } from 'node:crypto';
import { capitalized } from '../../core/words.js';
import type { Matrix, StructureLayer, Table, Warning } from '../../model.js';
import { type Audit, MEASURE_NAMES, STRUCTURE_ANSWERS } from '../../trust/index.js';
import { shown } from './audit.js';

export interface AuditReportInput {
  readonly audit: Audit;
  readonly coordinates: Matrix;
  readonly table: Table;
  readonly warnings: readonly Warning[];
  /** Null where structure was not traced. */
  readonly structure: StructureLayer | null;
}

/** Shares and scores are shown in steps of a hundredth: what the eye can tell apart. */
const STEPS = 100;

/** The text of `report.html`. */
export function auditReport(input: AuditReportInput): string {
  const { audit, coordinates, table } = input;
  const queries = audit.neighborhoods.queries;
  const rows = queries ? Array.from(queries) : Array.from({ length: audit.samples }, (_, i) => i);
  const data = {
    x: rows.map((i) => rounded(coordinates.data[i * coordinates.columns])),
    y: rows.map((i) =>
      rounded(coordinates.data[i * coordinates.columns + Math.min(1, coordinates.columns - 1)]),
    ),
    names: rows.map((i) => table.ids?.[i] ?? String(i)),
    labels: table.labels ? rows.map((i) => table.labels?.[i]) : null,
    values: {
      'glued: neighbors on the map that are far in the data': steps(audit.pointwise.glued),
      'torn: true neighbors that are far on the map': steps(audit.pointwise.torn),
      'untrue: 1 - trustworthiness': steps(audit.pointwise.trustworthiness.map((v) => 1 - v)),
      'broken: 1 - continuity': steps(audit.pointwise.continuity.map((v) => 1 - v)),
    },
  };
  return page(input, data);
}

/** The page around the data: verdict, map, structures, table of measures, warnings. */
function page({ audit, warnings, structure }: AuditReportInput, data: unknown): string {
  const verdict = audit.verdict.map((s) => `<p class="${s.answer}">${escaped(s.text)}</p>`).join('\n');
  const found = warnings.map(({ message }) => `<li>${escaped(message)}</li>`).join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>How far can this map be trusted?</title>
<style>${STYLE}</style></head><body><main>
<h1>How far can this map be trusted?</h1>
<p>${audit.samples} samples, neighborhoods of ${audit.k}, ${escaped(audit.metric)} distances.</p>
<section>${verdict}</section>
<section><label>Color by <select id="by" aria-label="Color by"></select></label>
<canvas id="map" role="img" aria-label="The map, colored by what is wrong"></canvas><p id="hover" aria-live="polite">&nbsp;</p>
<p class="key">light: 0, as the data has it <span class="ramp"></span> dark: 1, all wrong</p></section>
${structure ? structureSection(structure) : ''}
<section><table><thead><tr><th>measure</th><th>map</th><th>shuffled</th><th>PCA</th><th>data</th></tr></thead>
<tbody>${measureRows(audit)}</tbody></table></section>
${found ? `<section><h2>To know</h2><ul>${found}</ul></section>` : ''}
</main><script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
<script>${SCRIPT}</script></body></html>
`;
}

/** More structures under one answer are shown on demand. */
const OPEN_AT_MOST = 10;

/** The structures of the map under their answers, as HTML. */
function structureSection({ summary, findings }: StructureLayer): string {
  const under = STRUCTURE_ANSWERS.map((answer) => {
    const found = findings.filter((one) => one.answer === answer);
    if (found.length === 0) return '';
    const items = found.map(({ text }) => `<p class="${TONES[answer]}">${escaped(text)}</p>`);
    const open = found.length <= OPEN_AT_MOST ? ' open' : '';
    return `<details${open}><summary>${capitalized(answer)}: ${found.length}</summary>\n${items.join('\n')}</details>`;
  });
  return `<section><h2>Is this structure in my data?</h2>
${summary.map((sentence) => `<p>${escaped(sentence)}</p>`).join('\n')}
${under.join('\n')}</section>`;
}

/** The class of a sentence under an answer. */
const TONES = { 'in the data': 'yes', 'made by the projection': 'no', 'cannot be told': 'unknown' } as const;

/** The rows of the table of measures, as HTML. */
function measureRows(audit: Audit): string {
  return MEASURE_NAMES.map((name) => {
    const measure = audit.measures[name];
    if (!measure) return '';
    const cells = [measure.value, measure.null, measure.pca ?? Number.NaN, measure.input ?? Number.NaN];
    return `<tr><th>${name}</th>${cells.map((v) => `<td>${shown(v)}</td>`).join('')}</tr>`;
  }).join('\n');
}

/** Scores from 0 to 1 as whole numbers from 0 to 100. */
function steps(values: Float64Array): number[] {
  return Array.from(values, (v) => Math.round(Math.min(1, Math.max(0, v)) * STEPS));
}

/** Five significant digits. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

/** Text that HTML shows as it is. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** The page runs its own script and style, known by their hashes, and asks the network for nothing. */
const hashOf = (content: string) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

const STYLE = `
body{font:16px/1.5 system-ui,sans-serif;color:#1d232a;background:#fff;margin:0}
main{max-width:900px;margin:0 auto;padding:1.5rem}
section{margin:1.5rem 0}
summary{cursor:pointer;font-weight:bold;margin:1rem 0 .4rem}
p.yes,p.partly,p.no,p.unknown{margin:.4rem 0;padding:.4rem .8rem;border-left:6px solid #8a94a0}
p.yes{border-color:#2b7a4b}p.partly{border-color:#b07d12}p.no{border-color:#b3372f}
canvas{width:100%;height:560px;border:1px solid #d5dae0;margin-top:.5rem}
table{border-collapse:collapse}th{text-align:left;font-weight:normal;padding-right:1.5rem}
td{text-align:right;padding:0 .8rem;font-variant-numeric:tabular-nums}
thead th{font-weight:bold;padding:0 .8rem 0 0}
.ramp{display:inline-block;width:8rem;height:.8rem;vertical-align:middle;background:linear-gradient(90deg,#e9e3d3,#d98b3a,#7a1f1f)}
`;

const SCRIPT = `
const d=JSON.parse(document.getElementById('data').textContent),by=document.getElementById('by'),c=document.getElementById('map'),hover=document.getElementById('hover');
for(const name of Object.keys(d.values))by.add(new Option(name));
const lo=(v)=>v.reduce((a,b)=>Math.min(a,b)),hi=(v)=>v.reduce((a,b)=>Math.max(a,b));
const bx=[lo(d.x),hi(d.x)],bz=[lo(d.y),hi(d.y)];
const mix=(a,b,t)=>a.map((v,i)=>Math.round(v+(b[i]-v)*t));
const color=(s)=>{const t=s/100;const k=t<.5?mix([233,227,211],[217,139,58],2*t):mix([217,139,58],[122,31,31],2*t-1);return 'rgb('+k+')'};
let place=null;
function draw(){const w=c.clientWidth,h=c.clientHeight,r=devicePixelRatio||1;c.width=w*r;c.height=h*r;const g=c.getContext('2d');g.scale(r,r);
const s=Math.min((w-20)/(bx[1]-bx[0]||1),(h-20)/(bz[1]-bz[0]||1));
place=(i)=>[w/2+(d.x[i]-(bx[0]+bx[1])/2)*s,h/2-(d.y[i]-(bz[0]+bz[1])/2)*s];
const v=d.values[by.value],size=Math.max(1.5,Math.min(6,60/Math.sqrt(d.x.length)*2));
const order=v.map((_,i)=>i).sort((a,b)=>v[a]-v[b]);
for(const i of order){const [x,y]=place(i);g.fillStyle=color(v[i]);g.fillRect(x-size/2,y-size/2,size,size)}}
by.onchange=draw;addEventListener('resize',draw);draw();
c.onmousemove=(e)=>{const q=c.getBoundingClientRect(),mx=e.clientX-q.left,my=e.clientY-q.top;let best=-1,near=100;
for(let i=0;i<d.x.length;i++){const [x,y]=place(i);const k=(x-mx)**2+(y-my)**2;if(k<near){near=k;best=i}}
hover.textContent=best<0?'\\u00a0':d.names[best]+(d.labels?', '+d.labels[best]:'')+': '+d.values[by.value][best]+'%'};
`;

const POLICY = `default-src 'none'; script-src ${hashOf(SCRIPT)}; style-src ${hashOf(STYLE)}; base-uri 'none'; form-action 'none'`;
