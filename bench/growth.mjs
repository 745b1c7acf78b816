// Growth in the number of samples: neighbors and LAVA on made data of 50 features, each size in a process of its own
// so that its peak memory is its own. Draws bench/growth.svg.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logPlot } from './log-plot.mjs';
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

/** CPU seconds and peak memory over rows. */
function plot(points) {
  const series = [
    { name: 'neighbors, CPU s', points: points.map((p) => [p.rows, p.neighbors.cpu]) },
    { name: 'LAVA, CPU s', points: points.map((p) => [p.rows, p.lava.cpu]) },
    { name: 'peak memory, GiB', points: points.map((p) => [p.rows, p.peak / 2 ** 30]) },
  ];
  return logPlot([{ title: '50 features', xLabel: 'samples', series }]);
}
