// localities.csv: where each locality is and which samples it holds, by label and by every categorical column.
import { expect, test } from 'vitest';
import { localitiesCsv } from '#whymap/cli/outputs/localities.js';
import type { Explanation, MetadataColumn } from '#whymap/model.js';

/** Three localities of four of the ten samples each; sample 9 is in none. */
const MEMBERS = [
  [0, 1, 2, 3],
  [4, 5, 6, 7],
  [8, 7, 6, 5],
];

function explained(some: {
  labels?: readonly string[];
  metadata?: readonly MetadataColumn[];
  label?: string;
}): Explanation {
  return {
    labels: some.labels ?? null,
    metadata: some.metadata,
    options: { label: some.label },
    descriptions: [{ id: 'M1' }],
    modules: { count: 1, presence: { rows: 3, columns: 1, data: Float32Array.of(0.5, 0, 1) } },
    localities: {
      count: 3,
      size: 4,
      members: Int32Array.from(MEMBERS.flat()),
      probes: { rows: 3, columns: 2, data: Float32Array.of(0, 1, 2, 3, 4, 5) },
      radius: Float32Array.of(1, 2, 3),
    },
  } as unknown as Explanation;
}

const table = (explanation: Explanation) => {
  const lines = [...localitiesCsv(explanation, null)].join('').trimEnd().split('\n');
  const [header, ...rows] = lines.map((line) => line.split(','));
  return {
    header,
    column: (name: string) => rows.map((row) => row[header.indexOf(name)]),
  };
};

const LABELS = ['a', 'a', 'a', 'b', 'b', 'a', 'b', 'a', 'b', 'b'];

test('the most frequent label of each locality, its share and its number', () => {
  const { header, column } = table(explained({ labels: LABELS }));
  expect(header.join(',')).toBe('locality,x0,x1,radius,label,label_share,label_samples,M1,trust');
  // two of either in the second: the label that comes first
  expect(column('label')).toEqual(['a', 'a', 'a']);
  expect(column('label_share')).toEqual(['0.75', '0.5', '0.5']);
  expect(column('label_samples')).toEqual(['3', '2', '2']);
});

test('ties do not depend on the order of the samples in a locality', () => {
  const labels = ['z', 'm', 'm', 'z', 'm', 'z', 'm', 'z', 'm', 'z'];
  const { column } = table(explained({ labels }));
  expect(column('label')).toEqual(['m', 'm', 'm']);
});

test('a sample without a label counts for none, and for the size of the locality', () => {
  const labels = ['', '', 'b', '', '', '', '', '', 'a', 'a'];
  const { column } = table(explained({ labels }));
  expect(column('label')).toEqual(['b', '', 'a']);
  expect(column('label_share')).toEqual(['0.25', '0', '0.25']);
  expect(column('label_samples')).toEqual(['1', '0', '1']);
});

test('without labels and metadata there are no such columns', () => {
  expect(table(explained({})).header).toEqual(['locality', 'x0', 'x1', 'radius', 'M1', 'trust']);
});

const disease: MetadataColumn = {
  name: 'disease',
  kind: 'categorical',
  codes: Int32Array.of(1, 1, 0, 0, 0, 0, 0, -1, -1, 1),
  levels: ['normal', 'DKD'],
};

test('categorical metadata columns follow the label, ties in the order of their levels; numbers are left out', () => {
  const age: MetadataColumn = { name: 'age', kind: 'numeric', values: new Float64Array(10) };
  const { header, column } = table(explained({ labels: LABELS, metadata: [age, disease] }));
  expect(header.slice(4, 10)).toEqual([
    'label',
    'label_share',
    'label_samples',
    'disease_level',
    'disease_share',
    'disease_samples',
  ]);
  expect(column('disease_level')).toEqual(['normal', 'normal', 'normal']);
  expect(column('disease_samples')).toEqual(['2', '3', '2']);
});

test('names of columns never repeat: not those of the labels’ own column, nor of one called label', () => {
  const label: MetadataColumn = { ...disease, name: 'label' };
  const own: MetadataColumn = { ...disease, name: 'cell_type' };
  const found = table(explained({ labels: LABELS, label: 'cell_type', metadata: [own, label, disease] }));
  expect(new Set(found.header).size).toBe(found.header.length);
  expect(found.header).toContain('metadata_label_level');
  expect(found.header).not.toContain('cell_type_level');
  expect(table(explained({ metadata: [label] })).header).toContain('label_level');
});
