// The LAVA studies: baselines on what they must find, and the command from end to end.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeNpy } from 'whymap/io';
import { chooseEngine } from '#whymap/engine/choose.js';
import { resolveContext } from '#whymap/engine/context.js';
import {
  autocorrelationModules,
  clusterModules,
  globalModules,
  perClusterModules,
} from '#whymap/reproduce/lava/baselines.js';
import { lavaStudies } from '#whymap/reproduce/lava/index.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';
import { matchModules } from '#whymap/reproduce/lava/score.js';
import { strokeFigure } from '#whymap/reproduce/lava/strokes.js';

test('average linkage parts blocks; single features are left out', () => {
  const block = [0, 0, 0, 1, 1, 1, 1, 2];
  const similarity = Float64Array.from({ length: 64 }, (_, i) => {
    const [a, b] = [i >> 3, i & 7];
    return a === b ? 1 : block[a] === block[b] ? 0.8 : 0.1;
  });
  const found = clusterModules(similarity, 8, 5);
  expect(found.rows).toBe(2);
  for (let k = 0; k < 2; k++) {
    const row = [...found.data.subarray(8 * k, 8 * k + 8)];
    const inside = row.flatMap((value, f) => (value > 0 ? [block[f]] : []));
    expect(new Set(inside).size).toBe(1);
    for (const value of row) expect([0, 0.8]).toContain(Number(value.toFixed(6)));
  }
});

test('each baseline finds a module that its view shows', async () => {
  // one cluster and no shift: a module is then visible to global correlation and inside the one label
  const options = {
    seed: 1,
    correlation: 0.8,
    samples: 400,
    features: 30,
    modules: 1,
    clusters: 3,
    shift: 0,
  };
  const planted = plantModules(options);
  const input = { ...planted, modules: 2 };
  const best = (loadings: Parameters<typeof matchModules>[1]) =>
    matchModules(planted.loadings, loadings)[0].cosine;
  expect(best(globalModules(input))).toBeGreaterThan(0.9);
  expect(best(await perClusterModules(input, await resolveContext()))).toBeGreaterThan(0.8);
  expect(autocorrelationModules(input).columns).toBe(30);
});

test('the planted study: LAVA above what sees no clusters, nothing significant in noise', async () => {
  const { engine } = await chooseEngine({ threads: 1 });
  const context = await resolveContext({ engine });
  const input = { context, seed: 3, repeats: 1, rows: 1000, sets: ['0.8'], data: undefined };
  const { tables } = await lavaStudies['lava-planted'].run(input).finally(engine.close);
  const mean = new Map(tables[0].rows.map((row) => [row[1], Number(row[3])]));
  const lava = mean.get('LAVA') ?? 0;
  expect(lava).toBeGreaterThan(0.9);
  // `oracle: per true cluster` is given the true clusters, and can come close at this correlation
  for (const method of ['global', 'local autocorrelation']) {
    expect(mean.get(method)).toBeLessThan(lava - 0.1);
  }
  expect(tables[2].rows.map((row) => row[2])).toEqual([0, 0]);
});

test('a real study reads a folder and writes tables and figures; a missing set is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whymap-lava-'));
  try {
    const { table, embedding } = plantModules({
      seed: 2,
      correlation: 0.8,
      samples: 400,
      features: 36,
      modules: 2,
      clusters: 4,
    });
    if (!('data' in table.features)) throw new Error('planted tables are dense');
    writeFileSync(join(folder, 'made_X.npy'), writeNpy(table.features.data, [400, 36]));
    writeFileSync(join(folder, 'made_umap.npy'), writeNpy(embedding.coordinates.data, [400, 2]));
    writeFileSync(join(folder, 'made_labels.json'), JSON.stringify(table.labels));
    writeFileSync(
      join(folder, 'made_features.json'),
      JSON.stringify(table.featureNames.map((name) => `gene-${name}`)),
    );
    const main = join(import.meta.dirname, '../../dist/cli/main.js');
    const out = join(folder, 'out');
    const args = ['--data', folder, '--sets', 'made', '--repeats', '2', '-o', out, '--quiet'];
    const run = spawnSync(process.execPath, [main, 'reproduce', 'lava-cells', ...args], {
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
    expect(readdirSync(out)).toEqual(
      expect.arrayContaining(['made-modules.csv', 'made-presence.svg', 'report.md']),
    );
    expect(readFileSync(join(out, 'report.md'), 'utf8')).toContain('gene-f');
    const missing = spawnSync(process.execPath, [main, 'reproduce', 'lava-cells', '--quiet'], {
      encoding: 'utf8',
      cwd: folder,
    });
    expect(missing.status).toBe(2);
    expect(missing.stderr).toContain('pbmc_X.npy');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('strokes are drawn where the loadings is', () => {
  const loadings = { rows: 1, columns: 4, data: Float32Array.of(0, 1, 0.5, 0.01) };
  const svg = strokeFigure(loadings, { width: 2, height: 2 });
  expect(svg.match(/opacity/g)?.length).toBe(2);
  expect(svg).toContain('x="4" y="14"');
});
