/** `summary.json`: options, input, sizes, quality and one entry a module. Scripts rely on its fields. */

import type { ReadingPlan } from '../../io/index.js';
import type { Explanation, ModuleHierarchy, ModuleSigns, Table } from '../../model.js';
import { packageVersion } from '../version.js';

/** Everything in it but `timings` is the same for the same input, options and seed. */
export function summarize(
  explanation: Explanation,
  table: Table,
  plan: ReadingPlan,
  structure: object | null = null,
): Record<string, unknown> {
  const { localities, modules, embedding } = explanation;
  return {
    version: packageVersion(),
    options: explanation.options,
    data: {
      rows: explanation.rows,
      features: explanation.featureNames.length,
      dropped: table.dropped,
      source: table.source,
      embedding: { ...embedding.source, dimensions: embedding.coordinates.columns },
      reading: plan,
      warnings: explanation.warnings,
    },
    localities: {
      count: localities.count,
      size: localities.size,
      overlap: localities.overlap,
      coverageTv: localities.tuning.coverageTv,
      startTv: localities.tuning.startTv,
      alpha: localities.tuning.alpha,
      beta: localities.tuning.beta,
      evaluations: localities.tuning.evaluations,
      tuningSamples: localities.tuning.samples,
      uncovered: localities.uncovered.length,
    },
    associations: {
      ...explanation.associationCounts,
      neverSupported: explanation.associationCounts.neverSupported.length,
    },
    explained: modules.explained,
    loss: modules.loss,
    granularity: explanation.granularity,
    hierarchy: modules.hierarchy && namedMerges(modules.hierarchy, explanation.descriptions),
    modules: explanation.descriptions.map(({ contrast, ...description }) => ({
      ...description,
      boundary: contrast,
      topFeatures: description.topFeatures.map(({ feature, loading }) => ({
        feature: explanation.featureNames[feature],
        loading,
      })),
      pairs: undefined,
      signs: description.signs && namedSigns(description.signs, explanation.featureNames),
    })),
    ...(structure && { structure }),
    engine: explanation.engine,
    timings: explanation.timings,
  };
}

/** The merges by the ids of modules: `groups` is how many are left after each. */
function namedMerges({ merges }: ModuleHierarchy, descriptions: Explanation['descriptions']) {
  const nodes = descriptions.map(({ id }) => [id]);
  return merges.map(({ first, second, coupling }, i) => {
    nodes.push([...nodes[first], ...nodes[second]]);
    return {
      first: nodes[first],
      second: nodes[second],
      coupling,
      groups: descriptions.length - i - 1,
    };
  });
}

/** The signs of a module with names of features instead of their columns. */
function namedSigns({ together, opposed, turned, flips }: ModuleSigns, names: readonly string[]) {
  return {
    together: together.map((feature) => names[feature]),
    opposed: opposed.map((feature) => names[feature]),
    turned: [...turned],
    flips: flips.map(({ a, b, ...counts }) => ({ a: names[a], b: names[b], ...counts })),
  };
}
