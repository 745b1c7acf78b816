import { createContext } from 'whymap';
import { embed, structureForces, tableOf } from 'whymap/dr';
import { pathSource, readEmbedding, readTable } from 'whymap/io';
import { referenceSpace, traceStructure } from 'whymap/trust';

const context = await createContext({ seed: 1 });
const table = await readTable(pathSource('data/penguins/penguins.csv'), { id: 'id', label: 'species' });
const { coordinates: embedding } = await readEmbedding(pathSource('data/penguins/umap.npy'));
const features = await referenceSpace(table.features, { standardize: true }, context);
const again = async (data, seed) =>
  (await embed(tableOf(data), { method: 'umap' }, { engine: context.engine, seed })).embedding.coordinates;
const forces = await structureForces({ features, embedding }, { method: 'umap' }, context);
const input = { features, embedding, embed: again, forces };
const { structures } = await traceStructure(input, { seeds: 1, nullMaps: 1 }, context);
for (const { answer, text } of structures) console.log(`[${answer}] ${text}`);
await context.close();
