// Growth in the number of samples: neighbors and LAVA on made data of 50 features, each size in a process of its own
// so that its peak memory is its own. Draws bench/growth.svg.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from './measure.mjs';

/** Runs every size; the text of the section, and the points. */
export async function growth(sizes) {
  const points = sizes.map((rows) => {
    const output = execFileSync(
      process.execPath,
      [join(import.meta.dirname, 'growth-one.mjs'), String(rows)],
      { encoding: 'utf8' },
    );
    const point = JSON.parse(output.trim().split('\n').at(-1));
    console.error(output.trim());
    return point;
  });
  writeFileSync(join(import.meta.dirname, 'growth.svg'), plot(points));
  const head = ['rows', 'neighbors wall s', 'CPU s', 'recall', 'LAVA wall s', 'CPU s', 'peak GiB'];
  const cells = points.map((p) => [
    p.rows,
    ...[p.neighbors.wall, p.neighbors.cpu].map((s) => s.toFixed(1)),
    p.neighbors.recall.toFixed(3),
    ...[p.lava.wall, p.lava.cpu].map((s) => s.toFixed(1)),
    (p.peak / 2 ** 30).toFixed(2),
  ]);
  const text = `Made data, 50 features, 2 threads; k = 15; LAVA with n = 200, overlap 3, 12 modules, without significance.\n\n${table(head, cells)}\n\n![Growth](growth.svg)`;
  return { text, points };
}

/** Log-log plot of CPU seconds and peak memory over rows. */
function plot(points) {
  const [width, height, left, bottom] = [560, 340, 60, 40];
  const series = [
    ['neighbors, CPU s', '#0072b2', (p) => p.neighbors.cpu],
    ['LAVA, CPU s', '#d55e00', (p) => p.lava.cpu],
    ['peak memory, GiB', '#009e73', (p) => p.peak / 2 ** 30],
  ];
  const all = series.flatMap(([, , of]) => points.map(of));
  const range = (list) => [
    Math.floor(Math.log10(Math.min(...list))),
    Math.ceil(Math.log10(Math.max(...list))),
  ];
  const [x0, x1] = range(points.map((p) => p.rows));
  const [y0, y1] = range(all);
  const x = (rows) => left + ((Math.log10(rows) - x0) / Math.max(1, x1 - x0)) * (width - left - 150);
  const y = (value) =>
    height - bottom - ((Math.log10(value) - y0) / Math.max(1, y1 - y0)) * (height - bottom - 20);
  const ticks = [];
  for (let e = x0; e <= x1; e++)
    ticks.push(`<text x="${x(10 ** e)}" y="${height - 18}" text-anchor="middle">10^${e}</text>`);
  for (let e = y0; e <= y1; e++)
    ticks.push(`<text x="${left - 8}" y="${y(10 ** e) + 4}" text-anchor="end">${10 ** e}</text>`);
  const lines = series.map(([name, color, of], i) => {
    const path = points
      .map((p, n) => `${n ? 'L' : 'M'}${x(p.rows).toFixed(1)} ${y(of(p)).toFixed(1)}`)
      .join('');
    const label = `<text x="${width - 140}" y="${40 + 18 * i}" fill="${color}">${name}</text>`;
    return `<path d="${path}" fill="none" stroke="${color}" stroke-width="2"/>${label}`;
  });
  const frame = `<path d="M${left} 20V${height - bottom}H${width - 150}" fill="none" stroke="#444"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">${frame}${ticks.join('')}${lines.join('')}<text x="${left}" y="${height - 4}">samples</text></svg>\n`;
}
