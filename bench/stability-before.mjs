// Version 0.1.0 (the greedy peel) in the measure of bench/stability.mjs: the same samples of every repeat, its own coverings and
// fit, judged on the same common covering. Its build is made by `git worktree add ../whymap-0.1.0 e0c2459`, `npm ci`, `npm run build`.
import { pathToFileURL } from 'node:url';
import { gatherRows } from '../dist/core/matrix.js';

/** Opens the build of version 0.1.0 in the folder; returns its fit for `measureStability`. */
export async function openBefore(dist, memory) {
  const open = (path) => import(pathToFileURL(`${dist}/${path}`).href);
  const { chooseEngine, createContext } = await open('index.js');
  const { locate } = await open('lava/localities.js');
  const { fitModules } = await open('lava/split.js');
  const chosen = await chooseEngine({ threads: 2 });
  const before = createContext({ engine: chosen.engine ?? chosen, memory });
  return async ({ table, embedding }, { localitySize, overlap, modules, covering, rows, share }) => {
    const part = { ...embedding, coordinates: gatherRows(embedding.coordinates, rows) };
    const size = Math.max(3, Math.round(share * localitySize));
    const found = await locate(part, { localitySize: size, overlap, evaluations: 0, covering }, before);
    const localities = { ...found, members: found.members.map((position) => rows[position]) };
    return (await fitModules(table, localities, { modules, localitySize }, before)).membership;
  };
}
