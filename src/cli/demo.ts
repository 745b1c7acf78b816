/** `whymap demo`: the bundled data through the same path as any other. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MachineError } from '../errors.js';
import { choiceOption, type Given, textOption } from '../run/arguments.js';
import { explainOptions } from '../run/explain.js';
import type { CommandRun } from './command.js';
import { runExplain } from './explain.js';
import { withSession } from './session.js';

interface Demo {
  readonly features: string;
  readonly given: Given;
}

const DEMOS: Readonly<Record<'fashion' | 'penguins', Demo>> = {
  fashion: {
    features: 'fashion/images.idx.gz',
    given: { embedding: 'fashion/umap.npy', labels: 'fashion/labels.csv', image: '28x28', modules: '16' },
  },
  penguins: {
    features: 'penguins/penguins.csv',
    given: { embedding: 'penguins/umap.npy', label: 'species', id: 'id', modules: '4', localitySize: '40' },
  },
};

export const run: CommandRun = async (_positional, given, signal) => {
  const name = choiceOption(given, 'data', ['fashion', 'penguins']) ?? 'fashion';
  const demo = DEMOS[name];
  const all = { ...withPaths(demo.given), ...given };
  await withSession(all, signal, (session) =>
    runExplain(
      dataPath(demo.features),
      all,
      explainOptions(all),
      textOption(given, 'out') ?? 'whymap-demo',
      session,
    ),
  );
};

function withPaths(given: Given): Given {
  const path = (name: string) => (typeof given[name] === 'string' ? { [name]: dataPath(given[name]) } : {});
  return { ...given, ...path('embedding'), ...path('labels') };
}

function dataPath(name: string): string {
  const path = fileURLToPath(new URL(`../../data/${name}`, import.meta.url));
  if (existsSync(path)) return path;
  throw new MachineError({
    got: `no demo data at ${path}`,
    expected: 'the folder data of the package',
    remedy: 'install whymap again',
  });
}
