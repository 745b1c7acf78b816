// Many features: 20,000 x 5,000 samples with planted modules, without any features x features matrix.
//   npm run build && node bench/wide.mjs [--samples 5000] [--features 20000] [--form debiased|signed] [--write]
// Checks that the planted modules are found before it says what they cost; --write puts the row into bench/WIDE.md.
import { appendFileSync, existsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { createContext, explain } from 'whymap';
import { chooseEngine } from '../dist/engine/choose.js';
import { plantModules } from '../dist/reproduce/lava/planted.js';
import { matchModules } from '../dist/reproduce/lava/score.js';

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '5000' },
    features: { type: 'string', default: '20000' },
    correlation: { type: 'string', default: '0.8' },
    form: { type: 'string', default: 'debiased' },
    threads: { type: 'string', default: '2' },
    draws: { type: 'string', default: '199' },
    write: { type: 'boolean', default: false },
  },
});
const [samples, features, threads, draws] = ['samples', 'features', 'threads', 'draws'].map((name) =>
  Number(values[name]),
);
const correlation = Number(values.correlation);
const planted = plantModules({ seed: 0, correlation, samples, features });
const { engine } = await chooseEngine({ threads });
const start = process.cpuUsage();
const began = performance.now();
const options = { localitySize: 150, overlap: 3, modules: 12, associationForm: values.form, draws };
const explanation = await explain(planted, options, createContext({ engine, seed: 0 }));
const wall = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(start);
await engine.close();
const cosines = matchModules(planted.membership, explanation.modules.membership)
  .filter((_, k) => planted.activeShare[k] >= 0.05)
  .map(({ cosine }) => cosine);
const significant = explanation.descriptions.filter(({ significance }) => significance?.significant).length;
const peak = process.resourceUsage().maxRSS / 2 ** 20;
const least = Math.min(...cosines);
console.error(
  Object.entries(explanation.timings)
    .map(([stage, s]) => `${stage} ${s.toFixed(1)} s`)
    .join(', '),
);
if (!(least > 0.9))
  throw new Error(`a planted module was not found: ${cosines.map((c) => c.toFixed(3)).join(' ')}`);
const line = `| ${samples} x ${features} | ${values.form} | ${correlation} | ${cosines.length} | ${least.toFixed(3)} | ${significant} of ${explanation.modules.count} | ${wall.toFixed(0)} | ${((user + system) / 1e6).toFixed(0)} | ${peak.toFixed(2)} |`;
console.log(line);
if (values.write) {
  const page = new URL('./WIDE.md', import.meta.url);
  const head = `# Many features\n\nMade by \`node bench/wide.mjs --write\`: planted modules among many features that are all in support; the samples are\nheld as dense float32. ${threads} threads of ${cpus()[0].model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}.\n\n| samples x features | form | correlation | modules planted | least cosine | significant | wall s | CPU s | peak GiB |\n|---|---|---|---|---|---|---|---|---|\n`;
  appendFileSync(page, `${existsSync(page) ? '' : head}${line}\n`);
}
