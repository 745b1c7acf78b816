/** Where the code of each command is, loaded when the command runs. Adding one is a line here and in src/options/commands.ts. */

import type { CommandName } from '../options/index.js';
import type { CommandRun } from './command.js';

type Loaders = { readonly [C in CommandName]: () => Promise<{ readonly run: CommandRun<C> }> };

export const commandLoaders: Loaders = {
  demo: () => import('./demo.js'),
  explain: () => import('./explain.js'),
  view: () => import('./view.js'),
  embed: () => import('./embed.js'),
  audit: () => import('./audit.js'),
  query: () => import('./query.js'),
  compare: () => import('./compare.js'),
  inspect: () => import('./inspect.js'),
  reproduce: () => import('./reproduce.js'),
  shard: () => import('./shards/serve.js'),
};
