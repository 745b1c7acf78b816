// The studies of conditions: a small run, and what they ask for.
import { expect, test } from 'vitest';
import { resolveContext } from '#whymap/engine/context.js';
import { conditionStudies } from '#whymap/reproduce/conditions/index.js';

test('the planted study counts programmes and cohorts, and the kidney study asks for its file', async () => {
  const context = await resolveContext({});
  const input = { context, seed: 3, repeats: 1, rows: 1600, sets: ['planted', 'null'], data: undefined };
  const { tables } = await conditionStudies['conditions-planted'].run(input);
  const [told, none] = tables;
  expect(told.rows.map(([kind]) => kind).sort()).toEqual(
    ['artefact', 'down', 'gained', 'lost', 'rewired', 'shared', 'up'].sort(),
  );
  for (const [, programmes, right, share] of told.rows)
    expect(share).toBe(Number(right) / Number(programmes));
  expect(none.rows.map((row) => row[1])).toEqual([1, 1]);
  await expect(conditionStudies['conditions-kidney'].run(input)).rejects.toThrow(/kidney_geomx.h5ad/);
});
