// A made explanation of any number of samples as a folder that Python loads: node bench/widget-data.mjs ROWS FOLDER
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeExplanation } from '../dist/io/explanation-file.js';
import { renderReport } from '../dist/report/index.js';
import { madeMap } from './made-map.mjs';

const [rows, folder] = [Number(process.argv[2]), process.argv[3]];
const made = madeMap(rows);
const { data, columns } = made.samplePresence;
const ids = made.descriptions.map(({ id }) => id);
mkdirSync(folder, { recursive: true });
const write = (name, content) => writeFileSync(join(folder, name), content);
write('explanation.whymap', encodeExplanation(made));
write('report.html', renderReport(made, { title: `${rows} made samples` }));
write('summary.json', JSON.stringify({ modules: ids.map((id) => ({ id })), data: { rows, warnings: [] } }));
const lines = [`sample,${ids.join(',')}`];
for (let row = 0; row < rows; row++)
  lines.push(`${row},${data.subarray(row * columns, (row + 1) * columns).join(',')}`);
write('presence.csv', `${lines.join('\n')}\n`);
