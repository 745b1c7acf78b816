/**
 * Modules fitted again from nothing on some of the samples and another covering of the map.
 *
 * Purpose: what replication and stability compare the reported modules with. Localities keep their share of the
 * samples; support and gate follow their size. Source: ours. Cost: localities, associations and modules once.
 * Types: `Table`, samples x features: features (Matrix or Csr). `Embedding`, the map: coordinates (samples x
 *   dimensions). `FitOptions`: AssociationOptions (measure, form, support, gate) and ModuleOptions (number, form,
 *   loadings). `Context`, what a run computes with: engine (the heavy routines). `Localities`, n-neighborhoods of
 *   probes: count (how many), members (count x size sample rows, nearest first).
 * Fails: OptionError as of `locate`, `associate` and `factorize`; CancelledError once the signal is aborted.
 */

import { gatherRows } from '../../core/matrix.js';
import { positionsOf } from '../../core/order-keys.js';
import type { Context } from '../../engine/context.js';
import { unwatched } from '../../engine/watch.js';
import type { Embedding, Localities, Modules, Table } from '../../model.js';
import { denseCovering } from '../localities/dense-covering.js';
import { locate } from '../localities/localities.js';
import { type FitOptions, fitModules } from './holdout.js';

export interface Refit {
  /** Samples to fit on, in canonical order; null for all. */
  readonly rows: Int32Array | null;
  /** Of all samples; a part's localities are smaller in proportion. */
  readonly localitySize: number;
  /** Mean number of localities that a sample is in. */
  readonly overlap: number;
  /** How many to fit; at most as many as localities are fitted. */
  readonly modules: number;
  /** Number of the covering, which seeds its probes. */
  readonly covering: number;
  /** Runs for tuning the probe weights. */
  readonly evaluations: number;
}

/**
 * Locates, associates and factorizes again, on some of the samples or all, with another covering. Called once for
 * each refit of replication and each repeat of stability. Modules are fitted on the denser covering of denseCovering.
 * @param refit what is fitted anew.
 * @param options those of the whole; support and gate are scaled to the smaller localities.
 * @returns the modules, with presence in the returned localities only (those of the covering itself), and these localities with
 * members as rows of the whole table.
 */
export async function refitModules(
  { table, embedding }: { readonly table: Table; readonly embedding: Embedding },
  { rows, localitySize, modules, ...covering }: Refit,
  options: FitOptions,
  context: Context,
): Promise<{ modules: Modules; localities: Localities }> {
  const { coordinates } = embedding;
  const silent = { ...context, onProgress: undefined };
  const part = rows ? { ...embedding, coordinates: gatherRows(coordinates, rows) } : embedding;
  const share = part.coordinates.rows / coordinates.rows;
  const size = Math.max(3, Math.round(share * localitySize));
  // features order coinciding samples, so that the order of rows does not; `rows` are in canonical order already
  const found = await locate(
    part,
    { ...covering, localitySize: size },
    silent,
    rows ? undefined : table.features,
  );
  const dense = await denseCovering(part, found, context.engine, unwatched);
  const fitOptions = {
    ...options,
    modules: Math.min(modules, dense.count),
    // size of the whole, from which support and gate are scaled down
    localitySize,
    reported: found.count,
  };
  const fitted = await fitModules(table, inWholeTable(dense, rows), fitOptions, silent);
  return { modules: fitted, localities: inWholeTable(found, rows, coordinates.rows) };
}

/**
 * Localities of a part of the samples, their members renumbered from rows of the part to `rows` of the whole table; as they are
 * where `rows` is null. @param samples rows of the whole table: those in no locality are listed as uncovered.
 */
function inWholeTable(localities: Localities, rows: Int32Array | null, samples = 0): Localities {
  if (rows === null) return localities;
  const members = localities.members.map((position) => rows[position]);
  const covered = new Uint8Array(samples);
  for (const row of members) covered[row] = 1;
  return { ...localities, members, uncovered: positionsOf(covered, 0), order: undefined };
}
