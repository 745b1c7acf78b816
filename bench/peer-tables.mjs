// Peers without a target: ZADU's figures of a map beside the audit's, Hotspot's modules beside LAVA's, TorchDR's maps beside ours.
// Each returns the lines of a table, or one that says why the peer is not there; results are compared before any ratio is made.
import { join } from 'node:path';
import { explain } from 'whymap';
import { createWasmEngine } from '../dist/engine/wasm/engine.js';
import { audit } from '../dist/trust/index.js';
import { largestRelativeError } from '../dist/trust/measures/rank-measures.js';
import { compareEmbeddings } from './compare-embeddings.mjs';
import { asInput } from './data.mjs';
import { cpuSeconds, peer, writeNpy } from './measure.mjs';
import { missingPeer } from './peers/environment.mjs';

const K = 15;
/** Ours and ZADU's figures may differ by single-precision distances and by bins of distances. */
const TOLERANCE = 1e-4;
const script = (name) => join(import.meta.dirname, 'peers', name);
const middle = (list, key) => list.map((one) => one[key]).sort((a, b) => a - b)[list.length >> 1];
const one = (number) => number.toFixed(1);

/** Work with its wall and processor seconds. */
async function timed(work) {
  const [start, cpu] = [performance.now(), cpuSeconds()];
  const result = await work();
  return { result, wall: (performance.now() - start) / 1000, cpu: cpuSeconds() - cpu };
}

/** A line of two programs: seconds of either and how many times ours is as fast. */
function line(what, ours, theirs, note) {
  const ratio = (key) => (middle(theirs, key) / middle(ours, key)).toFixed(2);
  const seconds = (list) => `${one(middle(list, 'wall'))} s, ${one(middle(list, 'cpu'))} CPU s`;
  return [what, seconds(ours), seconds(theirs), `${ratio('wall')} by wall, ${ratio('cpu')} by CPU`, note];
}

/** The line of a peer that is not there or did not run. */
const absent = (what, why) => [what, '', '', '', `left out: ${why}`];

/** The audit's measures in ZADU's definitions. Both programs are given the same k. */
function asZadu(measures, samples) {
  const of = (name) => measures[name].value;
  // the least normalizer of relative rank errors is theirs; ours is the largest sum that ranks can reach
  let reversed = 0;
  for (let m = 1; m <= K; m++) reversed += Math.abs(samples - 2 * m + 1) / m;
  const errors = (name) => 1 - (of(name) * largestRelativeError(samples, K)) / reversed;
  return {
    trustworthiness: of('trustworthiness'),
    continuity: of('continuity'),
    mrre_false: errors('relativeRankErrorFalse'),
    mrre_missing: errors('relativeRankErrorMissing'),
    lcmc: of('neighborhoodPreservation') - K / (samples - 1),
    spearman_rho: of('shepardCorrelation'),
    stress: of('normalizedStress'),
    scale_normalized_stress: of('scaledStress'),
    non_metric_stress: of('kruskalStress'),
  };
}

/** ZADU beside an audit: ours makes eight further measures, the references of chance and of a PCA left out. */
export async function zaduTable({ features, map }, runs) {
  const what = `${features.rows} x ${features.columns}: trust figures, ZADU`;
  if (missingPeer('zadu')) return [absent(what, missingPeer('zadu'))];
  const files = [writeNpy('zadu-x.npy', features), writeNpy('zadu-y.npy', map)];
  const engine = await createWasmEngine({ threads: 2 });
  const [ours, theirs] = [[], []];
  for (let run = 0; run < runs; run++) {
    const options = { k: K, pca: false, ellipses: false };
    const made = await timed(() => audit({ features, embedding: map }, options, { engine }));
    ours.push({ ...made, figures: asZadu(made.result.measures, features.rows) });
    const found = peer(script('zadu_figures.py'), ...files, K);
    if (!found) break;
    theirs.push(found);
  }
  await engine.close();
  if (theirs.length === 0) return [absent(what, 'it did not run')];
  const off = Object.entries(theirs[0].figures).filter(
    ([name, value]) => !(Math.abs(value - ours[0].figures[name]) <= TOLERANCE),
  );
  if (off.length > 0) {
    const said = off.map(([name, value]) => `${name} ${value}, ours ${ours[0].figures[name]}`).join('; ');
    return [absent(what, `figures differ by more than ${TOLERANCE}: ${said}`)];
  }
  const count = Object.keys(theirs[0].figures).length;
  return [line(what, ours, theirs, `${count} of ${count} figures equal to ${TOLERANCE}`)];
}

/** Features that both programs put into modules: share of Hotspot's pairs of one module that share one of ours. */
function agreement(modules, found) {
  const d = modules.loadings.columns;
  const ours = Array.from({ length: d }, (_, f) => {
    const loadings = Array.from({ length: modules.count }, (_, k) => modules.loadings.data[k * d + f]);
    return new Set(loadings.flatMap((loading, k) => (loading >= 0.25 ? [k] : [])));
  });
  let [together, shared] = [0, 0];
  found.features.forEach((a, i) => {
    found.features.slice(i + 1).forEach((b, step) => {
      if (found.modules[i] < 0 || found.modules[i] !== found.modules[i + 1 + step]) return;
      if (ours[a].size === 0 || ours[b].size === 0) return;
      together++;
      if ([...ours[a]].some((k) => ours[b].has(k))) shared++;
    });
  });
  return { together, share: shared / together };
}

/** Hotspot (neighbors, autocorrelation, correlations of pairs, modules) beside LAVA's stages without tests. */
export async function hotspotTable({ features, map }, runs, most) {
  const what = `${features.rows} x ${features.columns}: modules, Hotspot on ${most} features at most`;
  if (missingPeer('hotspotsc')) return [absent(what, missingPeer('hotspotsc'))];
  const files = [writeNpy('hotspot-x.npy', features), writeNpy('hotspot-y.npy', map)];
  const engine = await createWasmEngine({ threads: 2 });
  const [ours, theirs] = [[], []];
  for (let run = 0; run < runs; run++) {
    const options = { modules: 10, draws: 0, refits: 0 };
    ours.push(await timed(() => explain(asInput({ features, map }), options, { engine })));
    const found = peer(script('hotspot_modules.py'), ...files, 30, 15, most);
    if (!found) break;
    theirs.push(found);
  }
  await engine.close();
  if (theirs.length === 0) return [absent(what, 'it did not run')];
  const { modules } = ours[0].result;
  const { together, share } = agreement(modules, theirs[0]);
  const count = new Set(theirs[0].modules.filter((module) => module >= 0)).size;
  if (modules.count === 0 || count === 0) return [absent(what, 'one of the programs found no module')];
  const said = `${modules.count} modules, theirs ${count}; of ${together} pairs of features that it puts together and that are in a module here, ${Math.round(100 * share)}% share one`;
  return [line(what, ours, theirs, said)];
}

/** TorchDR on the processor beside `embed`: one run, since it takes minutes. */
export async function torchdrTable(features, steps) {
  const lines = [];
  for (const method of ['umap', 'tsne']) {
    const what = `${features.rows} x ${features.columns}: ${method}, TorchDR on the processor, ${steps} steps`;
    if (missingPeer('torchdr')) lines.push(absent(what, missingPeer('torchdr')));
    else {
      const { ours, theirs } = await compareEmbeddings(method, features, 1, steps, `torchdr-${method}`);
      const trust = (list) => middle(list, 'trust').toFixed(4);
      if (theirs.length === 0) lines.push(absent(what, 'it did not run'));
      else lines.push(line(what, ours, theirs, `trustworthiness ${trust(ours)}, theirs ${trust(theirs)}`));
    }
  }
  return lines;
}
