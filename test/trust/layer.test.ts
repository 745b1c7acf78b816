import { expect, test } from 'vitest';
import { audit, compareNeighborhoods, trustLayer } from 'whymap/trust';
import { resolveContext } from '#whymap/engine/context.js';

const normal = (seed: number) => {
  let state = seed;
  const uniform = () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return (state + 1) / 4294967297;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
};

/** Four groups in five dimensions; on the map the first two lie on one another and the third is cut in two. */
function world(rows = 240) {
  const draw = normal(3);
  const features = { rows, columns: 5, data: new Float32Array(5 * rows) };
  const embedding = { rows, columns: 2, data: new Float32Array(2 * rows) };
  const labels: string[] = [];
  for (let row = 0; row < rows; row++) {
    const group = row % 4;
    labels.push(`group ${group}`);
    for (let c = 0; c < 5; c++) features.data[5 * row + c] = draw() + (c === group ? 20 : 0);
    const cut = group === 2 && row % 8 === 2 ? 40 : 0;
    embedding.data[2 * row] = [0, 0, 20, -20][group] + cut + features.data[5 * row];
    embedding.data[2 * row + 1] =
      features.data[5 * row + 1] + (group === 0 ? -20 : 0) + (group === 1 ? -20 : 0);
    if (group === 0) embedding.data[2 * row] -= 20;
    if (group === 0) embedding.data[2 * row + 1] += 20;
  }
  return { features, embedding, labels };
}

async function layerOf(seed = 0) {
  const { features, embedding, labels } = world();
  const context = await resolveContext({ seed });
  const neighborhoods = await compareNeighborhoods({ features, embedding }, {}, context);
  return trustLayer({ neighborhoods, referenceSpace: features, labels }, context);
}

test('the layer has the values of the audit, and the sentences that both can make', async () => {
  const { features, embedding, labels } = world();
  const { layer, pointwise } = await layerOf();
  const audited = await audit({ features, embedding }, { labels }, { seed: 0 });
  expect(pointwise.trustworthiness).toEqual(audited.pointwise.trustworthiness);
  layer.value.forEach((value, i) => {
    const { trustworthiness, continuity } = audited.pointwise;
    expect(value).toBeCloseTo(Math.min(trustworthiness[i], continuity[i]), 6);
    expect(layer.torn[i] / layer.k).toBeCloseTo(audited.pointwise.torn[i], 12);
    expect(layer.glued[i] / layer.k).toBeCloseTo(audited.pointwise.glued[i], 12);
  });
  const said = audited.verdict.map(({ text }) => text);
  expect(layer.verdict.length).toBeGreaterThanOrEqual(3);
  for (const { text } of layer.verdict) expect(said).toContain(text);
});

test('torn links join the halves of a cut group, glued links join two groups, worst first', async () => {
  const { layer } = await layerOf();
  const { from, to, rank } = layer.tornLinks;
  expect(from.length).toBeGreaterThan(20);
  from.forEach((row, at) => {
    expect([row % 4, to[at] % 4]).toEqual([2, 2]);
    expect(row % 8 === to[at] % 8).toBe(false);
    if (at > 0) expect(rank[at]).toBeLessThanOrEqual(rank[at - 1]);
  });
  layer.gluedLinks.from.forEach((row, at) => {
    expect(new Set([row % 4, layer.gluedLinks.to[at] % 4])).toEqual(new Set([0, 1]));
  });
  expect(layer.gluedLinks.from.length).toBeGreaterThan(20);
});

test('returns the same layer for the same input', async () => {
  expect(await layerOf(1)).toEqual(await layerOf(1));
});
