import { createContext, explain } from 'whymap';
import { pathSource, readEmbedding, readTable } from 'whymap/io';

const table = await readTable(pathSource('data/penguins/penguins.csv'), { id: 'id', label: 'species' });
const embedding = await readEmbedding(pathSource('data/penguins/umap.npy'));
const context = await createContext();
const { descriptions } = await explain({ table, embedding }, { localitySize: 40, modules: 2 }, context);
await context.close();
for (const { id, label, share } of descriptions) console.log(id, share.toFixed(2), label);
