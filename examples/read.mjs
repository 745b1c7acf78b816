// A table and an embedding from two files, joined; what was noticed on the way is in the warnings.
import { joinEmbedding, pathSource, readEmbedding, readTable } from 'whymap/io';

const table = await readTable(pathSource('data/penguins/penguins.csv'), {
  id: 'id',
  label: 'species',
  missing: 'drop-rows',
  maxFeatures: 3,
});
const embedding = await readEmbedding(pathSource('data/penguins/umap.npy'));
const joined = joinEmbedding(table, embedding);
const { rows, columns } = joined.table.features;
console.log(`${rows} samples, ${columns} features: ${joined.table.featureNames.join(', ')}`);
for (const { message } of [...joined.table.warnings, ...joined.warnings]) console.log(message);
