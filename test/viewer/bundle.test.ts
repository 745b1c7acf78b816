// What a person loads to open the page that computes and run a CSV: everything but the readers that load when used.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const site = join(import.meta.dirname, '../../dist/report/site');
/** Loaded when a file of their format is opened, when a report or a PDF is saved, or the example is opened. */
const OPTIONAL = [
  /hdf5_hl|brotli/,
  // decoders of HDF5
  /^plugins-/,
  /^(parquet|arrow|anndata|h5ad|zarr|npz|idx|json|tenx|matrix-market)-/,
  // parts of those of HDF5 and Zarr, and of databases
  /^(h5-thread|obs-metadata|sqlite)-/,
  /^(blosc|zstd|lz4|zlib|gzip|zip\.js|src)-/,
  // what only readers above share: rows of records, the matrix of a file with several, a decoder's glue
  /^(sink|find-matrix|esm)-/,
  // the example, loaded when it is asked for
  /^penguins-/,
  // figures as PDF
  /^(jspdf|svg2pdf|html2canvas|purify|canvg|index\.es)/,
];

/** Of the two a page loads the one for memory that is shared or not. */
const KERNELS = /^(shared|single)-kernels-/;

const files = readdirSync(join(site, 'assets'));
const compressed = (name: string) => gzipSync(readFileSync(join(site, 'assets', name)), { level: 9 }).length;

test('the page without the optional readers is under 500 kB compressed', () => {
  const main = files.filter((name) => !OPTIONAL.some((pattern) => pattern.test(name)));
  expect(main.some((name) => name.startsWith('worker'))).toBe(true);
  const [kernels, rest] = [
    main.filter((name) => KERNELS.test(name)),
    main.filter((name) => !KERNELS.test(name)),
  ];
  expect(kernels.length).toBe(2);
  const loaded = rest.reduce((sum, name) => sum + compressed(name), Math.max(...kernels.map(compressed)));
  expect(loaded).toBeLessThan(500_000);
});

test('no part that loads at the start names an optional reader as one of its own', () => {
  const statically = (name: string) =>
    [
      ...readFileSync(join(site, 'assets', name), 'utf8').matchAll(
        /(?:^|[;}])import(?:[^"'();]*from)?["']\.\/([^"']+)["']/g,
      ),
    ].map((match) => match[1]);
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    statically(name).forEach(visit);
  };
  files.filter((name) => /^(index|worker)-.*\.js$/.test(name)).forEach(visit);
  expect([...seen].filter((name) => OPTIONAL.some((pattern) => pattern.test(name)))).toEqual([]);
});
