// Planted ground truth: are the modules that were put in found again? One command, no download:
//   npm run build && node bench/planted.mjs [--seeds 10] [--correlations 0.8,0.5,0.35] [--write]
// Prints a table; with --write also into bench/PLANTED.md.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { explain } from 'whymap';
import { plantModules } from '../dist/reproduce/lava/planted.js';
import { auroc, matchModules } from '../dist/reproduce/lava/score.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    correlations: { type: 'string', default: '0.8,0.5' },
    modules: { type: 'string', default: '12' },
    form: { type: 'string', default: 'symmetric' },
    write: { type: 'boolean', default: false },
  },
});
const seeds = Number(values.seeds);
const rows = [];
for (const correlation of values.correlations.split(',').map(Number)) {
  let lost = 0;
  const cosines = [];
  const areas = [];
  for (let seed = 0; seed < seeds; seed++) {
    const planted = plantModules({ seed, correlation });
    const options = {
      localitySize: 100,
      overlap: 4,
      modules: Number(values.modules),
      form: values.form,
      refits: 0,
    };
    const explanation = await explain(planted, options, { seed });
    const matches = matchModules(planted.loadings, explanation.modules.loadings);
    matches.forEach((match, k) => {
      if (planted.activeShare[k] < 0.05) return;
      cosines.push(match.cosine);
      if (match.cosine < 0.95) lost++;
      if (match.found < 0) return;
      const m = explanation.modules.count;
      const scores = planted.active.data.length / planted.active.columns;
      const presence = Float64Array.from(
        { length: scores },
        (_, s) => explanation.samplePresence.data[s * m + match.found],
      );
      const truth = Float64Array.from(
        { length: scores },
        (_, s) => planted.active.data[s * planted.active.columns + k],
      );
      areas.push(auroc(presence, truth));
    });
    console.error(
      `correlation ${correlation} seed ${seed}: ${matches.map((m) => m.cosine.toFixed(3)).join(' ')}`,
    );
  }
  const least = (list) => Math.min(...list).toFixed(3);
  const mean = (list) => (list.reduce((a, b) => a + b, 0) / list.length).toFixed(3);
  rows.push(
    `| ${correlation} | ${seeds} | ${cosines.length} | ${least(cosines)} | ${mean(cosines)} | ${lost} | ${least(areas)} | ${mean(areas)} |`,
  );
}
const table = [
  '| correlation | seeds | planted modules (active in 5% or more) | least matched cosine | mean | below 0.95 | least presence AUROC | mean |',
  '|---|---|---|---|---|---|---|---|',
  ...rows,
].join('\n');
console.log(table);
if (values.write) {
  const text = `# Planted modules\n\nMade by \`node bench/planted.mjs --seeds ${seeds} --correlations ${values.correlations} --write\`: 3,000 samples, 150 features,\n7 modules of 8 to 14 features in 15 clusters of unequal width, n = 100, overlap 4, ${values.modules} modules asked, form ${values.form}.\n\n${table}\n`;
  writeFileSync(new URL('./PLANTED.md', import.meta.url), text);
}
