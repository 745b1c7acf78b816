// Draws the pictures of docs/concepts.md and docs/parameters.md from the bundled data: node scripts/figures.mjs (build first).
// Those of the page are taken by page-figures.mjs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { createContext, explain } from '../dist/index.js';
import { pathSource, readEmbedding, readTable } from '../dist/io/index.js';

const root = join(import.meta.dirname, '..');
const figures = join(root, 'docs/figures');
const INK = '#1f2933';
const QUIET = '#c9d1d9';
const COLORS = ['#0b7285', '#c2255c', '#e67700'];
const FONT = 'DejaVu Sans, Arial, sans-serif';

/** Text at a place; `size` in pixels. */
const text = (x, y, words, size = 13, more = '') =>
  `<text x="${x}" y="${y}" font-family="${FONT}" font-size="${size}" fill="${INK}" ${more}>${words}</text>`;

/** A function that leads values to pixels, with a margin of 4%. */
function scaleOf(values, from, to) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const margin = 0.04 * (high - low);
  return (v) => from + ((v - low + margin) / (high - low + 2 * margin)) * (to - from);
}

/** Points in a frame: `color(i)` or null for none, those of `color` drawn after the others. */
function scatter({ x, y, left, top, size, color, radius = 1.6, frame = true }) {
  const toX = scaleOf(x, left, left + size);
  const toY = scaleOf(y, top + size, top);
  const order = Array.from(x.keys()).sort(
    (a, b) => (color(a) === QUIET ? 0 : 1) - (color(b) === QUIET ? 0 : 1),
  );
  const points = order
    .filter((i) => color(i) !== null)
    .map(
      (i) =>
        `<circle cx="${toX(x[i]).toFixed(1)}" cy="${toY(y[i]).toFixed(1)}" r="${radius}" fill="${color(i)}" fill-opacity="0.85"/>`,
    );
  const border = `<rect x="${left}" y="${top}" width="${size}" height="${size}" fill="none" stroke="#dde2e7"/>`;
  return (frame ? border : '') + points.join('');
}

/** A color from light gray (0) to teal (1). */
function shade(value) {
  const mix = (from, to) => Math.round(from + (to - from) * Math.min(1, Math.max(0, value)));
  return `rgb(${mix(228, 11)},${mix(232, 114)},${mix(236, 133)})`;
}

/** A module's loadings as a picture of pixels. */
function picture(loadings, side, left, top, size) {
  const cell = size / side;
  let drawn = `<rect x="${left}" y="${top}" width="${size}" height="${size}" fill="#f6f8fa"/>`;
  for (let p = 0; p < side * side; p++) {
    if (loadings[p] < 0.05) continue;
    const x = (left + (p % side) * cell).toFixed(2);
    const y = (top + Math.floor(p / side) * cell).toFixed(2);
    drawn += `<rect x="${x}" y="${y}" width="${cell + 0.2}" height="${cell + 0.2}" fill="${shade(loadings[p])}"/>`;
  }
  return drawn;
}

function save(name, width, height, body) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="white"/>${body}</svg>`;
  const png = new Resvg(svg, { fitTo: { mode: 'zoom', value: 2 }, font: { loadSystemFonts: true } })
    .render()
    .asPng();
  writeFileSync(join(figures, `${name}.png`), png);
}

const column = ({ data, columns, rows }, c) =>
  Float64Array.from({ length: rows }, (_, r) => data[r * columns + c]);

function correlation(x, y, rows) {
  const mean = (v) => rows.reduce((sum, i) => sum + v[i], 0) / rows.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (const i of rows) {
    xx += (x[i] - mx) ** 2;
    yy += (y[i] - my) ** 2;
    xy += (x[i] - mx) * (y[i] - my);
  }
  return xy / Math.sqrt(xx * yy);
}

/** What a locality is: three of them on the map, and one pair of features inside each. */
async function drawLocalities({ table, embedding }, context) {
  const found = await explain(
    { table, embedding },
    { localitySize: 40, modules: 3, draws: 0, refits: 0 },
    context,
  );
  const { members, size, count } = found.localities;
  const { data: presence, columns: modules } = found.modules.presence;
  const [x, y] = [0, 1].map((c) => column(embedding.coordinates, c));
  const byPresence = Array.from({ length: count }, (_, l) => l).sort(
    (a, b) => presence[b * modules] - presence[a * modules],
  );
  const chosen = [byPresence[0], byPresence[count >> 1], byPresence[count - 1]];
  const rowsOf = (l) => Array.from(members.subarray(l * size, (l + 1) * size));
  const groups = chosen.map((l) => new Set(rowsOf(l)));
  const colorOf = (i) => COLORS[groups.findIndex((group) => group.has(i))] ?? QUIET;
  let body = text(20, 26, 'The map, with three localities of 40 penguins', 14);
  body += scatter({ x, y, left: 20, top: 40, size: 300, color: colorOf, radius: 2.6 });
  const { a: first, b: second } = found.descriptions[0].pairs[0];
  const [a, b] = [first, second].map((feature) => column(table.features, feature));
  const pair = [first, second].map((feature) => table.featureNames[feature].replaceAll('_', ' '));
  chosen.forEach((l, at) => {
    const left = 350 + at * 200;
    const color = (i) => (groups[at].has(i) ? COLORS[at] : QUIET);
    body += scatter({ x: a, y: b, left, top: 40, size: 180, color, radius: 2.2 });
    body += text(
      left,
      240,
      `inside: r = ${correlation(a, b, rowsOf(l)).toFixed(2)}`,
      13,
      `style="fill:${COLORS[at]}"`,
    );
  });
  const all = Array.from(a.keys());
  body += text(350, 26, `${pair[1]} against ${pair[0]}: M1 is most, medium and least present`, 14);
  body += text(350, 268, `all penguins: r = ${correlation(a, b, all).toFixed(2)}`, 13);
  save('localities', 950, 360, body);
}

/** A row of modules: the picture of the loadings above the presence on the map. */
function moduleRow(found, embedding, ks, top, size, side = 28) {
  const { loadings } = found.modules;
  const [x, y] = [0, 1].map((c) => column(embedding.coordinates, c));
  const { data: presence, columns: count } = found.samplePresence;
  return ks
    .map((k, at) => {
      const left = 20 + at * (size + 20);
      const values = loadings.data.subarray(k * side * side, (k + 1) * side * side);
      const largest = x.reduce((most, _, i) => Math.max(most, presence[i * count + k]), 0);
      const color = (i) => shade(presence[i * count + k] / largest);
      return (
        picture(values, side, left, top, size) +
        scatter({ x, y, left, top: top + size + 8, size, color, radius: 1.2 }) +
        text(left, top - 6, `M${k + 1}, ${(100 * found.descriptions[k].share).toFixed(0)}%`, 12)
      );
    })
    .join('');
}

mkdirSync(figures, { recursive: true });
const data = (name) => pathSource(join(root, 'data', name));
const context = await createContext();
const penguins = {
  table: await readTable(data('penguins/penguins.csv'), { id: 'id', label: 'species' }),
  embedding: await readEmbedding(data('penguins/umap.npy')),
};
const clothing = {
  table: await readTable(data('fashion/images.idx.gz')),
  embedding: await readEmbedding(data('fashion/umap.npy')),
};
await drawLocalities(penguins, context);
const quick = { draws: 0, refits: 0, image: { width: 28, height: 28 } };
const explained = async (options) => explain(clothing, { ...quick, ...options }, context);
const sixteen = await explained({ modules: 16 });
save(
  'modules',
  980,
  400,
  moduleRow(sixteen, clothing.embedding, [1, 2, 5, 7, 12], 40, 170) +
    text(20, 18, 'Modules of clothing: features above, presence below', 14),
);
for (const [name, label, choices] of [
  ['modules-number', 'modules', [4, 8, 16].map((modules) => ({ modules }))],
  ['locality-size', 'localitySize', [40, 100, 250].map((localitySize) => ({ modules: 8, localitySize }))],
]) {
  let body = '';
  let top = 46;
  for (const options of choices) {
    const found = await explained(options);
    body += text(
      20,
      top - 24,
      `${label} ${options[label]}: ${(100 * found.modules.explained).toFixed(0)}% of the local association explained`,
      14,
    );
    body += moduleRow(found, clothing.embedding, [0, 1, 2, 3], top, 130);
    top += 330;
  }
  save(name, 630, top - 30, body);
}
await context.close();
