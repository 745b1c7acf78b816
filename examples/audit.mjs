import { pathSource, readEmbedding, readTable } from 'whymap/io';
import { audit, verdictParagraph } from 'whymap/trust';

const { features, labels } = await readTable(pathSource('data/penguins/penguins.csv'), {
  id: 'id',
  label: 'species',
});
const { coordinates } = await readEmbedding(pathSource('data/penguins/umap.npy'));
const found = await audit({ features, embedding: coordinates }, { labels, standardize: true });
const { trustworthiness, densityPreservation } = found.measures;
console.log(trustworthiness.value.toFixed(2), densityPreservation.value.toFixed(2));
console.log(verdictParagraph(found.verdict));
