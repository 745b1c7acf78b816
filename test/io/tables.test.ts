// Every fixtures/io/tables/X with an X.json is a test: X is read with the options that the JSON names, and must
// give its values (or its error). Dropping the two files there adds a test.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileSource, pathSource, type ReadOptions, readTable } from 'whymap/io';
import { toDense } from '#whymap/core/csr.js';

interface Expected {
  data?: (number | null)[][];
  featureNames?: string[];
  ids?: string[] | null;
  labels?: string[] | null;
  sparse?: boolean;
  warnings?: string[];
  options?: ReadOptions;
  error?: string;
  message?: string;
}

const folder = join(import.meta.dirname, '../../fixtures/io/tables');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.json') && name !== '.json')
  .map((name) => name.slice(0, -5));

test('there are fixtures', () => expect(names.length).toBeGreaterThan(60));

test.each(names)('%s', async (name) => {
  const wanted: Expected = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  const path = join(folder, name);
  if (wanted.error) {
    const error = await readTable(pathSource(path), wanted.options).catch((e: unknown) => e);
    expect(error).toMatchObject({
      name: wanted.error,
      message: expect.stringContaining(wanted.message ?? ''),
    });
    return;
  }
  const table = await readTable(pathSource(path), wanted.options);
  const dense = toDense(table.features);
  expect('offsets' in table.features).toBe(wanted.sparse ?? false);
  const rows = wanted.data ?? [];
  expect([dense.rows, dense.columns]).toEqual([rows.length, rows[0].length]);
  expect(Array.from(dense.data)).toEqual(rows.flat().map((value) => Math.fround(value ?? Number.NaN)));
  if (wanted.featureNames) expect(table.featureNames).toEqual(wanted.featureNames);
  if (wanted.ids !== undefined) expect(table.ids).toEqual(wanted.ids);
  if (wanted.labels !== undefined) expect(table.labels).toEqual(wanted.labels);
  for (const code of wanted.warnings ?? []) expect(table.warnings.map((w) => w.code)).toContain(code);
});

test.each(names.filter((name) => /csv|npz|idx|npy-cube|tsv/.test(name)))('%s from a File', async (name) => {
  const wanted: Expected = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  if (wanted.error) return;
  const path = join(folder, name);
  const fromPath = await readTable(pathSource(path), wanted.options);
  const fromFile = await readTable(fileSource(new File([readFileSync(path)], name)), wanted.options);
  expect({ ...fromFile, source: null, warnings: null }).toEqual({
    ...fromPath,
    source: null,
    warnings: null,
  });
  expect(fromFile.source.sha256).toBe(fromPath.source.sha256);
});
