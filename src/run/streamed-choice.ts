/**
 * Features chosen while their file is read (`--max-features` with an embedding that is given): the localities are found
 * first, from the embedding and the ids of the table, and the values pass by once or twice without being held. The
 * features are those that would be chosen from the whole table. Formats that are not read in blocks (see
 * `FeatureChooser`) are read whole, and their features chosen afterwards.
 */

import type { Context } from '../engine/context.js';
import { joinEmbedding, type PairingOptions } from '../io/index.js';
import type { FeatureChooser, StreamedFile } from '../io/table/feature-chooser.js';
import { type MomentSums, newMomentSums } from '../lava/associations/local-moments.js';
import { selectByMoments, sumsMemory } from '../lava/associations/select-features.js';
import type { ExplainOptions } from '../lava/explain.js';
import { locate } from '../lava/localities/localities.js';
import type { Embedding, Localities, Table } from '../model.js';

export interface StreamedChoice {
  readonly chooser: FeatureChooser;
  /** Once the reader has begun: the localities of the joined samples, and the seconds that they took. */
  readonly located: () => { readonly localities: Localities; readonly seconds: number } | null;
}

/**
 * A chooser of features for a reader that streams its file; `located` gives the localities that it found on the
 * way.
 */
export function newStreamedChoice(
  embedding: Embedding,
  options: ExplainOptions & { readonly maxFeatures: number },
  pairing: PairingOptions,
  context: Context,
): StreamedChoice {
  let located: { localities: Localities; seconds: number } | null = null;
  let sums: MomentSums | null = null;
  let rows: Int32Array | null = null;
  let names: readonly string[] = [];
  const chooser: FeatureChooser = {
    async begin(file) {
      names = file.featureNames;
      const joined = joinEmbedding(tableWithoutValues(file), embedding, pairing);
      rows = keptRows(file.samples, joined.table.dropped.rowNumbers);
      const started = performance.now();
      const localities = await locate(joined.embedding, options, context);
      located = { localities, seconds: (performance.now() - started) / 1000 };
      if (options.maxFeatures >= names.length) return 0;
      const table = { samples: joined.table.features.rows, features: names.length, sparse: file.sparse };
      sums = newMomentSums(localities, table, sumsMemory(context));
      return sums.passes;
    },
    pass: (pass) => sums?.begin(pass),
    add(value, sample, feature) {
      const row = rows === null ? sample : rows[sample];
      if (row >= 0) sums?.add(value, row, feature);
    },
    choose() {
      if (sums === null) return { kept: null, warnings: [] };
      const { kept, warning } = selectByMoments(sums.moments(), names, options.maxFeatures);
      sums = null;
      return { kept: Array.from(kept), warnings: warning === null ? [] : [warning] };
    },
  };
  return { chooser, located: () => located };
}

/** The samples of a file, to be joined before there are values. */
function tableWithoutValues({ name, samples, ids, featureNames }: StreamedFile): Table {
  return {
    features: {
      rows: samples,
      columns: featureNames.length,
      offsets: new Float64Array(samples + 1),
      indices: new Int32Array(0),
      values: new Float32Array(0),
    },
    featureNames,
    ids,
    labels: null,
    source: { name, sha256: null },
    dropped: { rows: 0, features: [] },
    warnings: [],
  };
}

/** The row of each sample among those that are left, -1 for the dropped; null when all are left. */
function keptRows(samples: number, dropped: Int32Array | undefined): Int32Array | null {
  if (dropped === undefined || dropped.length === 0) return null;
  const rows = new Int32Array(samples);
  for (const sample of dropped) rows[sample] = -1;
  let kept = 0;
  for (let sample = 0; sample < samples; sample++) if (rows[sample] === 0) rows[sample] = kept++;
  return rows;
}
