// The verdict on clusters is answered by what the trace says of them.
import { expect, test } from 'vitest';
import type { TracedStructure, VerdictSentence } from '#whymap/trust/index.js';
import { verdictOfStructure } from '#whymap/trust/index.js';

const verdict: VerdictSentence[] = [
  { about: 'neighbors', answer: 'yes', text: 'Neighbors may be read.', figures: [] },
  {
    about: 'clusters',
    answer: 'yes',
    text: 'Clusters may be read as neighborhoods: groups stay together; whether gaps part them in the data, the test of structure tells (steadiness 0.90).',
    figures: [],
  },
];
type Part = Pick<TracedStructure, 'kind' | 'answer'>;
const parts = (kind: Part['kind'], answer: Part['answer'], count: number): Part[] =>
  Array.from({ length: count }, () => ({ kind, answer }));

test('no cluster and no gap in the data: the sentence says not to read them as groups apart', () => {
  const [neighbors, clusters] = verdictOfStructure(verdict, [
    ...parts('cluster', 'made by the projection', 3),
    ...parts('gap', 'cannot be told', 1),
    ...parts('hole', 'in the data', 1),
  ]);
  expect(neighbors).toEqual(verdict[0]);
  expect(clusters.answer).toBe('partly');
  expect(clusters.text).toBe(
    'Clusters may be read as neighborhoods only: groups stay together (steadiness 0.90). None of the 3 clusters and 1 gap ' +
      'that the map shows is found in the data (3 made by the projection and 1 cannot be told): do not read them as groups apart.',
  );
});

test('some or all in the data: the sentence says how many, and stays as sure as it was', () => {
  const some = [...parts('cluster', 'in the data', 2), ...parts('gap', 'made by the projection', 3)];
  expect(verdictOfStructure(verdict, some)[1]).toMatchObject({
    answer: 'yes',
    text: expect.stringContaining(
      'neighborhoods: groups stay together (steadiness 0.90). Of the 2 clusters and 3 gaps that the map shows 2 are in the data (3 made by the projection): read only these as groups apart.',
    ),
  });
  expect(verdictOfStructure(verdict, parts('cluster', 'in the data', 2))[1].text).toMatch(
    /All of the 2 clusters that the map shows are in the data\.$/,
  );
});

test('a map that may not be read stays so, and one without clusters leaves the question open', () => {
  const severe = verdict.map((sentence) => ({ ...sentence, answer: 'no' as const }));
  expect(verdictOfStructure(severe, parts('cluster', 'made by the projection', 2))[1].answer).toBe('no');
  expect(verdictOfStructure(verdict, parts('bridge', 'in the data', 2))).toEqual(verdict);
});
