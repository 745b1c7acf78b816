/** `whymap demo`: the bundled data through the same path as any other. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MachineError } from '../errors.js';
import type { OptionValues } from '../options/index.js';
import type { CommandRun } from './command.js';
import { prepareExplain } from './explain.js';
import { withSession } from './session.js';

interface Demo {
  readonly features: string;
  readonly options: OptionValues<'explain'>;
}

const DEMOS: Readonly<Record<'fashion' | 'penguins', Demo>> = {
  fashion: {
    features: 'fashion/images.idx.gz',
    options: {
      embedding: 'fashion/umap.npy',
      labels: 'fashion/labels.csv',
      image: { width: 28, height: 28 },
      modules: 16,
    },
  },
  penguins: {
    features: 'penguins/penguins.csv',
    options: { embedding: 'penguins/umap.npy', label: 'species', id: 'id', modules: 4, localitySize: 40 },
  },
};

/** Runs `whymap demo`: `whymap explain` of the bundled data. */
export const run: CommandRun<'demo'> = async (_argument, { data = 'fashion', ...values }, signal) => {
  const { features, options } = DEMOS[data];
  const all = { out: 'whymap-demo', ...withPaths(options), ...values };
  const prepared = await prepareExplain(dataPath(features), all, signal);
  const { runExplain } = await import('./work/explain.js');
  await withSession(all, signal, (session) => runExplain(prepared, all, session));
};

/** The options with the names of bundled files as paths. */
function withPaths({ embedding, labels, ...options }: OptionValues<'explain'>): OptionValues<'explain'> {
  const path = (name: string | undefined) => (name === undefined ? undefined : dataPath(name));
  return { ...options, embedding: path(embedding), labels: path(labels) };
}

/** The path of a bundled file; MachineError where the package lacks it. */
function dataPath(name: string): string {
  const path = fileURLToPath(new URL(`../../data/${name}`, import.meta.url));
  if (existsSync(path)) return path;
  throw new MachineError({
    got: `no demo data at ${path}`,
    expected: 'the folder data of the package',
    remedy: 'install whymap again',
  });
}
