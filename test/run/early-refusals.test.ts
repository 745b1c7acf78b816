// What is wrong with the embedding, or with sizes for its samples, is said before the table is read.
import { expect, test } from 'vitest';
import { bytesSource, writeNpy } from 'whymap/io';
import { resolveContext } from '#whymap/engine/context.js';
import { type ExplainValues, explainFiles } from '#whymap/run/explain.js';

const map = (ids: boolean) =>
  `${ids ? 'id,' : ''}x,y\n${Array.from({ length: 40 }, (_, i) => `${ids ? `s${i},` : ''}${i % 7}.5,${i % 5}`).join('\n')}\n`;
const contents: Readonly<Record<string, string>> = {
  'map.csv': map(false),
  'ids.csv': map(true),
  'bad.csv': '',
};

/** Explains with files in memory; tells the error and which files were opened. */
async function refused(values: ExplainValues): Promise<{ message: string; opened: string[] }> {
  const opened: string[] = [];
  const open = (name: string) => {
    opened.push(name);
    return bytesSource(name, new TextEncoder().encode(contents[name] ?? 'a,b\n1,2\n'));
  };
  const files = { open, exists: async () => true };
  const context = await resolveContext({ seed: 1 });
  const message = await explainFiles('table.csv', values, { context, files, seed: 1 }).then(
    () => '',
    (error: Error) => error.message,
  );
  return { message, opened };
}

test.each([
  [{ embedding: 'map.csv', localitySize: 50 }, 'a locality size of 50 for 40 samples'],
  [{ embedding: 'map.csv', localitySize: 20, support: 30 }, 'support 30'],
  [{ embedding: 'map.csv', localitySize: 20, modules: 999 }, '999 modules for 6 localities'],
  [{ embedding: 'map.csv', embeddingKey: 'nokey' }, 'key'],
  [{ embedding: 'map.csv', embeddingColumns: 'x,z' }, 'z'],
  [{ embedding: 'bad.csv' }, 'bad.csv'],
] as const)('%o is refused before the table is opened', async (values, words) => {
  const { message, opened } = await refused(values);
  expect(message).toContain(words);
  expect(opened).toEqual([values.embedding]);
});

test('an array whose rows are no images of the requested size is refused before its values are read', async () => {
  const bytes = writeNpy(new Float32Array(40 * 784), [40, 784]);
  const open = (name: string) => {
    if (name !== 'images.npy') return bytesSource(name, new TextEncoder().encode(contents[name]));
    const whole = bytesSource(name, bytes); // its values begin at byte 128
    const read = (from: number, to: number) => {
      if (from >= 128) throw new Error('the values were read');
      return whole.read(from, to);
    };
    return { ...whole, read };
  };
  const context = await resolveContext({ seed: 1 });
  const work = { context, files: { open, exists: async () => true }, seed: 1 };
  const values = { embedding: 'map.csv', image: { width: 5, height: 5 } };
  await expect(explainFiles('images.npy', values, work)).rejects.toThrow('an image of 5x5 for 784 features');
});

test('a map with ids may have more samples than are explained, so sizes are checked once they are paired', async () => {
  const { message, opened } = await refused({ embedding: 'ids.csv', localitySize: 50 });
  expect(opened).toEqual(['ids.csv', 'table.csv']);
  expect(message).not.toContain('locality size');
});
