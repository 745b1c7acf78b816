// node bench/cancel.mjs [--rows 100000] [--columns 500] [--only localities,modules,...] [--longest 15]
// How long a stage goes on after its signal was aborted. Each stage is begun again and again, and stopped after 0.05, 0.12, 0.3...
// seconds, until it ends by itself or `longest` seconds are reached. What is measured is the time from the moment planned to the
// rejection, so a calling thread that was too busy to abort counts too. Ends with 1 where a stage took over 100 ms.
import { parseArgs } from 'node:util';
import { createContext } from 'whymap';
import { associate, associationRules, releaseAssociations } from '../dist/lava/associations/associations.js';
import { describeModules } from '../dist/lava/describe/describe.js';
import { samplePresence } from '../dist/lava/describe/presence.js';
import { moduleSigns } from '../dist/lava/describe/signed-patterns.js';
import { chooseGranularity } from '../dist/lava/evaluate/granularity.js';
import { moduleReplication } from '../dist/lava/evaluate/replication.js';
import { moduleSignificance } from '../dist/lava/evaluate/significance.js';
import { moduleStability } from '../dist/lava/evaluate/stability.js';
import { factorize } from '../dist/lava/factorize/modules.js';
import { denseCovering } from '../dist/lava/localities/dense-covering.js';
import { locate } from '../dist/lava/localities/localities.js';
import { audit } from '../dist/trust/index.js';
import { asInput, madeTable } from './data.mjs';
import { machine, table } from './measure.mjs';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    columns: { type: 'string', default: '500' },
    only: {
      type: 'string',
      default: 'localities,associations,modules,description,signs,significance,replication,trust',
    },
    longest: { type: 'string', default: '15' },
  },
});
const chosen = values.only.split(',');
const input = asInput(madeTable(Number(values.rows), Number(values.columns), 1));
const { table: data, embedding } = input;
const { features } = data;
const context = await createContext({ threads: 2 });
const unwatched = { checkpoint: async () => {}, progress: () => {} };

const localities = await locate(embedding, {}, context, features);
const dense = await denseCovering(embedding, localities, context.engine, unwatched);
const associations = await associate(features, dense, {}, context);
const rules = associationRules({}, localities.size);
const fit = { associations, samples: { features, localities: dense, rules }, reported: localities.count };
const modules = await factorize(fit, { modules: 12 }, context);
const found = {
  ...{ table: data, embedding, localities, modules },
  samplePresence: samplePresence(embedding, localities, modules.presence),
  associationCounts: associations.counts,
};
const how = { measure: 'pearson', image: null };
const descriptions = await describeModules(found, how, context);
const described = { ...found, descriptions };

const STAGES = {
  localities: (stop) => locate(embedding, {}, stop, features),
  async associations(stop) {
    const made = await associate(features, dense, {}, stop);
    await releaseAssociations(made, stop);
  },
  modules: (stop) => factorize(fit, { modules: 12 }, stop),
  description: (stop) => describeModules(found, how, stop),
  signs: (stop) => moduleSigns(described, 'pearson', stop),
  significance: (stop) => moduleSignificance(described, how, stop),
  replication: (stop) => moduleReplication(described, {}, stop),
  stability: (stop) => moduleStability(described, { stability: 1 }, stop),
  granularity: (stop) => chooseGranularity({ ...input, localities, dense }, { mostModules: 8 }, stop),
  trust: (stop) => audit({ features, embedding: embedding.coordinates }, {}, stop),
};

/** Milliseconds from the moment, so many after the begin, to the rejection; null where the stage was over before. */
async function stopped(work, after) {
  const controller = new AbortController();
  const planned = performance.now() + after;
  setTimeout(() => controller.abort(), after);
  try {
    await work({ ...context, signal: controller.signal });
    return null;
  } catch (error) {
    if (error.code !== 'cancelled') throw error;
    return performance.now() - planned;
  }
}

const rows = [];
for (const name of chosen) {
  const late = [];
  let after = 50;
  for (; after <= 1000 * Number(values.longest); after *= 2.5) {
    const delay = await stopped(STAGES[name], after);
    if (delay === null) break;
    late.push(delay);
  }
  const worst = Math.round(Math.max(...late));
  rows.push([name, `${(50 * 2.5 ** (late.length - 1)) / 1000} s`, late.map(Math.round).join(', '), worst]);
  console.error(rows.at(-1).join(' | '));
}
await context.close();
console.log(`${machine()}\n\n${values.rows} x ${values.columns}, ${modules.count} modules, two threads.\n`);
console.log(table(['stage', 'stopped at 0.05 s to', 'went on for ms', 'most ms'], rows));
process.exitCode = rows.some(([, , , worst]) => worst > 100) ? 1 : 0;
