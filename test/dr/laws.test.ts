// Every law: its fused loop equals its pairwise definition, and both equal finite differences of the loss.
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { distanceGram } from '#whymap/dr/affinities/gram.js';
import { gramDefinition, gramLaw } from '#whymap/dr/laws/gram.js';
import type { Law, LawDefinition } from '#whymap/dr/laws/law.js';
import { stressDefinition, stressLaw } from '#whymap/dr/laws/stress.js';
import { finiteDifferences, oracleForces, relativeDifference } from './oracle.js';

const rows = 17;
const random = createRandom(5, 'laws');
const points = Float64Array.from({ length: rows * 4 }, () => random.normal());

function distance(i: number, j: number): number {
  let sum = 0;
  for (let c = 0; c < 4; c++) sum += (points[i * 4 + c] - points[j * 4 + c]) ** 2;
  return Math.sqrt(sum);
}

const distances = Float64Array.from({ length: rows * rows }, (_, at) =>
  distance(Math.floor(at / rows), at % rows),
);

interface Case {
  readonly name: string;
  readonly definition: LawDefinition<never>;
  readonly law: Law;
  readonly input: (i: number, j: number) => number;
}

function gramCase(): Case {
  const b = distances.map((value) => value * value);
  const law = gramLaw(distanceGram(b, rows));
  return {
    name: 'gram',
    definition: gramDefinition as LawDefinition<never>,
    law,
    input: (i, j) => b[i * rows + j],
  };
}

const cases: Case[] = [
  gramCase(),
  {
    name: 'stress',
    definition: stressDefinition as LawDefinition<never>,
    law: stressLaw(distances, rows),
    input: (i, j) => distances[i * rows + j],
  },
];

for (const { name, definition, law, input } of cases) {
  for (const dimensions of [1, 2, 3]) {
    test(`${name} in ${dimensions} dimensions`, () => {
      const y = Float64Array.from({ length: rows * dimensions }, () => 0.3 + random.normal());
      const force = new Float64Array(y.length);
      law.forces(y, dimensions, force);
      const oracle = oracleForces(definition, input, y, dimensions);
      expect(relativeDifference(force, oracle.force)).toBeLessThan(1e-11);
      const slopes = finiteDifferences((at) => oracleForces(definition, input, at, dimensions).loss, y);
      expect(relativeDifference(oracle.force, slopes)).toBeLessThan(1e-6);
      const moved = y.map((value) => value * 1.1);
      const rise = law.forces(moved, dimensions, force.slice()) - law.forces(y, dimensions, force);
      const expected = oracleForces(definition, input, moved, dimensions).loss - oracle.loss;
      expect(rise).toBeCloseTo(expected, 6);
    });
  }
}

test('samples at one place: the stress law has no direction to push them, and stays finite', () => {
  const y = new Float64Array(rows * 2);
  const force = new Float64Array(rows * 2);
  const loss = stressLaw(distances, rows).forces(y, 2, force);
  expect(loss).toBeCloseTo(distances.reduce((sum, d) => sum + d * d, 0));
  expect(force.every((f) => f === 0)).toBe(true);
});
