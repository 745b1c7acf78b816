/** A planted cohort of two conditions as files, explained: features.csv, map.csv, meta.csv and the folder `out`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { writeCsv } from '#whymap/io/write.js';
import type { CategoricalColumn, Matrix } from '#whymap/model.js';
import { plantCohort } from '#whymap/reproduce/conditions/planted-cohort.js';
import { whymap } from './run.js';

/** Options of `compare` that name the conditions of the cohort. */
export const SIDES = ['--condition', 'condition', '--case', 'case', '--control', 'control'];

/** What is left out where a test does not ask for it: tests of significance, refits, trust. */
const WITHOUT_EVIDENCE = ['--draws', '0', '--refits', '0', '--trust', 'no'];

/** @param evidence options of `explain` on what is tested of the modules. */
export async function explainCohort(
  folder: string,
  evidence: readonly string[] = WITHOUT_EVIDENCE,
): Promise<void> {
  const cohort = plantCohort({ seed: 2, samples: 150, correlation: 0.7, kinds: ['gained', 'shared'] });
  const { rows, columns, data } = cohort.table.features as Matrix;
  const metadata = (cohort.table.metadata ?? []) as CategoricalColumn[];
  const map = cohort.embedding.coordinates.data;
  const range = Array.from({ length: rows }, (_, row) => row);
  const write = (name: string, header: string[], cells: (row: number) => (string | number)[]) =>
    writeFileSync(
      join(folder, name),
      writeCsv(
        ['id', ...header],
        range.map((row) => [`s${row}`, ...cells(row)]),
      ),
    );
  write('features.csv', cohort.table.featureNames as string[], (row) => [
    ...data.subarray(row * columns, (row + 1) * columns),
  ]);
  write('map.csv', ['x', 'y'], (row) => [map[2 * row], map[2 * row + 1]]);
  write(
    'meta.csv',
    metadata.map(({ name }) => name),
    (row) => metadata.map(({ levels, codes }) => levels[codes[row]]),
  );
  const explained = await whymap(
    folder,
    ...['explain', 'features.csv', '-e', 'map.csv', '--labels', 'meta.csv', '--label', 'type', '-o', 'out'],
    ...['-n', '100', '-m', '3', ...evidence, '--quiet'],
  );
  expect(explained.err).toBe('');
}
