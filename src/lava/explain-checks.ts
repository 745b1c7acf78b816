/**
 * What is wrong with the input and the options of `explain`, said before the first stage.
 * Types: `Table`, samples x features: features (rows, columns). `Embedding`, the map: coordinates (samples x dimensions). `Localities`:
 *   size (samples in each), count.
 * Fails: ShapeError and OptionError.
 */

import { checkImageSize, type ImageSize } from '../core/image-size.js';
import { OptionError, option, ShapeError, words } from '../errors.js';
import type { Embedding, Localities, Table } from '../model.js';
import { type AssociationOptions, associationRules, checkGate } from './associations/associations.js';
import { checkModuleCount } from './factorize/modules.js';
import { checkLocalityOptions, type LocalityOptions } from './localities/localities.js';

/** The options that are checked. */
interface CheckedOptions extends LocalityOptions, AssociationOptions {
  readonly modules?: number | 'auto';
  readonly maxFeatures?: number | 'all';
  readonly image?: ImageSize | null;
}

/**
 * ShapeError unless table and embedding have the same samples and there are two features; OptionError unless the
 * image has as many pixels as there are features and no features are left out.
 */
export function checkInput(
  { table, embedding }: { readonly table: Table; readonly embedding: Embedding },
  options: Pick<CheckedOptions, 'image' | 'maxFeatures'>,
): void {
  const { rows, columns } = table.features;
  if (embedding.coordinates.rows !== rows) {
    throw new ShapeError({
      got: `${rows} samples in the table and ${embedding.coordinates.rows} in the embedding`,
      expected: 'the same samples in both, in the same order',
      remedy:
        'give both an id column so that they can be joined, or check that no rows were dropped from one',
    });
  }
  if (columns < 2) {
    throw new ShapeError({
      got: `${columns} feature`,
      expected: 'at least 2 features, since modules are made of pairs',
      remedy: 'check that the right columns were read as features',
    });
  }
  const image = options.image;
  if (image && typeof options.maxFeatures === 'number' && options.maxFeatures < columns) {
    throw new OptionError({
      got: `an image and at most ${options.maxFeatures} of its ${columns} pixels`,
      expected: 'all pixels when features are shown as an image',
      remedy: words`leave out ${option('maxFeatures')}, or ${option('image')}`,
    });
  }
  checkImageSize(image, columns);
}

/**
 * OptionError unless locality size, overlap and support fit the number of samples, and the number of modules that of
 * localities. Called before the first stage, so that no time is lost.
 */
export function checkSizes(
  { embedding, localities }: { readonly embedding: Embedding; readonly localities?: Localities },
  options: CheckedOptions,
): void {
  const { size, count } = localities ?? checkLocalityOptions(embedding.coordinates.rows, options);
  associationRules(options, size);
  checkGate(options.gate, size);
  if (typeof options.modules === 'number') checkModuleCount(options.modules, count);
}
