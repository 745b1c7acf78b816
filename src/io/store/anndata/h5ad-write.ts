/**
 * Writes an explanation into an `.h5ad` file, where scanpy and its kin find it:
 *   obsm["X_whymap"]   samples x modules, float32: presence; NaN for samples that were not explained
 *   obs["whymap_score_M1"]...  float32: score of each module; NaN for samples that were not explained
 *   varm["whymap"]     features x modules, float32: loading; NaN for features that did not take part
 *   uns["whymap"]      modules (ids), labels, share, trust, p_adjusted, significant, contrast, explained, and the
 *                      options and descriptions as JSON texts (lists of one)
 *
 * The file is copied, changed by a thread that can be ended, and renamed, so nobody ever sees it half written. Results of an
 * earlier run are replaced. h5wasm cannot remove a data set, so ours are made to be resized, with room in their texts; columns of `obs`
 * for modules that are no more leave its list of columns, by which AnnData reads.
 * Types: `Explanation`: a map with its localities, modules and their descriptions. `OpenH5`, an open HDF5 file: close
 *   (closes it), file (of h5wasm). `ResultArray`: path, shape, data. `Source`, a file, folder or bytes: read (bytes
 *   start to end (exclusive)). `Axis`, `obs` or `var`: records (it is a compound data set), index (column of names),
 *   columns (names). `H5Runtime`, the library: guard (turns what goes wrong into a FormatError), h5 (its names).
 * Fails: FormatError for another file or results of another program, UnsupportedError for the layout of anndata 0.6;
 *   errors of the operating system pass.
 */

import { CancelledError, UnsupportedError } from '../../../errors.js';
import type { Explanation, Warning } from '../../../model.js';
import { pathSource } from '../../source/path-source.js';
import { h5Store } from '../hdf5/hdf5-store.js';
import { findAxis, readColumn } from './anndata.js';
import type { WrittenResults } from './h5ad-arrays.js';
import { resultsOf } from './h5ad-results.js';

const COPY_BYTES = 2 ** 24;

/**
 * Copies the `.h5ad` at `from` to `to` (which may be the same path) with the explanation in it.
 * @returns what could not be matched. @throws FormatError when the samples of the file are other ones, or when
 * results of an earlier run cannot be replaced; UnsupportedError for files of anndata 0.6.
 */
export async function writeExplanationToAnndata(
  explanation: Explanation,
  paths: { readonly from: string; readonly to: string },
): Promise<{ readonly warnings: readonly Warning[] }> {
  const { rename } = await import('node:fs/promises');
  const { linkTarget } = await import('../../output/target.js');
  const to = await linkTarget(paths.to);
  const { partial, warnings } = await stageExplanation(explanation, { from: paths.from, to });
  await rename(partial, to);
  return { warnings };
}

/**
 * Writes the copy with the explanation in it beside `to`, without touching `to`. The caller renames it, or removes
 * it. The copy is removed where anything fails.
 * @returns its path, and warnings.
 * @param paths `to` without links.
 * @param signal stops the copy; CancelledError.
 */
export async function stageExplanation(
  explanation: Explanation,
  paths: { readonly from: string; readonly to: string },
  signal?: AbortSignal,
): Promise<{ readonly partial: string; readonly warnings: readonly Warning[] }> {
  const { rm } = await import('node:fs/promises');
  const { partialBeside } = await import('../../output/partial.js');
  const partial = partialBeside(paths.to);
  await pathSource(paths.from).read(0, 1);
  try {
    await copyWhole(paths.from, partial, signal);
    const { results, warnings } = await resultsFor(explanation, partial, paths.from);
    // not a literal, so that bundlers for the browser leave the thread of Node out
    const { writeInThread }: typeof import('./h5ad-write-thread.js') = await import(
      /* @vite-ignore */ new URL('./h5ad-write-thread.js', import.meta.url).href
    );
    await writeInThread(results, signal);
    if (signal?.aborted) throw new CancelledError();
    return { partial, warnings };
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/**
 * Copies a file: at once where the file system can share blocks, else in pieces between which `signal` is looked at.
 * CancelledError once the signal is aborted.
 * @param from path.
 * @param to path.
 */
async function copyWhole(from: string, to: string, signal: AbortSignal | undefined): Promise<void> {
  const { constants, copyFile, open } = await import('node:fs/promises');
  const shared = await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false,
  );
  if (shared) return;
  const [source, target] = [await open(from, 'r'), await open(to, 'w')];
  try {
    const piece = new Uint8Array(COPY_BYTES);
    for (let at = 0; ; ) {
      if (signal?.aborted) throw new CancelledError();
      const { bytesRead } = await source.read(piece, 0, piece.length, at);
      if (bytesRead === 0) break;
      await target.writeFile(piece.subarray(0, bytesRead));
      at += bytesRead;
    }
    await target.sync();
  } finally {
    await source.close();
    await target.close();
  }
}

/**
 * The arrays to write into the file at `path`, in the order of its samples and features; with warnings on what did not
 * match.
 * @param name of the file, for messages.
 */
async function resultsFor(
  explanation: Explanation,
  path: string,
  name: string,
): Promise<{ results: WrittenResults; warnings: readonly Warning[] }> {
  const store = await h5Store({ ...pathSource(path), name });
  try {
    const obs = await findAxis(store, 'obs');
    const variables = await findAxis(store, 'var');
    if (obs.records || variables.records) throw tooOld(name);
    const names = {
      samples: await readColumn(store, obs, obs.index),
      features: await readColumn(store, variables, variables.index),
    };
    const { arrays, warnings } = resultsOf(explanation, names, name);
    return { results: { path, name, arrays, obsColumns: obs.columns }, warnings };
  } finally {
    await store.close();
  }
}

/**
 * The error for a file whose layout is too old to be added to.
 * @param name of the file.
 */
function tooOld(name: string): UnsupportedError {
  return new UnsupportedError({
    got: `${name}, in the layout of anndata 0.6`,
    expected: 'a file of anndata 0.7 or later, to write results into',
    remedy: 'read and write it once with a current anndata',
  });
}
