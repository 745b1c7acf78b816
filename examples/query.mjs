import { explain } from 'whymap';
import { pathSource, readEmbedding, readTable } from 'whymap/io';
import {
  compareRegions,
  comparisonSentences,
  describeRegion,
  pairSentences,
  pairValues,
  parseRegion,
  regionSentences,
} from 'whymap/lava';

const table = await readTable(pathSource('data/penguins/penguins.csv'), { id: 'id', label: 'species' });
const embedding = await readEmbedding(pathSource('data/penguins/umap.npy'));
const explanation = await explain({ table, embedding }, { localitySize: 40, modules: 3 });

// What is in a region? Labels, rectangles, polygons, localities, ids, rows and modules all name one.
for (const label of new Set(table.labels)) {
  console.log(regionSentences(describeRegion(explanation, { kind: 'label', label })).join(' '));
}

// What do two regions share, and how do they differ? With the table, also whether signs agree.
const [first, second] = [...new Set(table.labels)].map((label) => ({ kind: 'label', label }));
console.log(comparisonSentences(compareRegions(explanation, { first, second }, table)).join(' '));

// The raw values of a pair, inside a region and outside.
const [a, b] = explanation.featureNames;
const answer = pairValues(explanation, { region: parseRegion('module:M1'), a, b }, table);
console.log(pairSentences(answer).join(' '), `First values: ${answer.inside.a[0]}, ${answer.inside.b[0]}.`);
