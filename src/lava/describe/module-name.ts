/**
 * The names of modules and features as people read them, the same on the terminal, in answers and on the page. Ours.
 * Types: `ModuleGeneSet`: set, pole (`all`, `together`, `opposed`), hits, size, pAdjusted. `Explanation`, of a map:
 *   featureNames (one a feature), image (width and height in pixels, or null). `ModuleDescription`, of one module:
 *   label (short name), signs (which features go together and which oppose), topFeatures (`feature` (column) and
 *   `loading`, strongest first), geneSets (that it holds more than chance).
 * Fails: never.
 */

import type { Explanation, ModuleDescription, ModuleGeneSet } from '../../model.js';

const NAMED_FEATURES = 3;
const NAMED_A_POLE = 2;

/** A feature's name as it is shown: without the database id that some tables append to it (`HLA-DRA_ENSG00000204287`). */
export const shownName = (name: string): string =>
  name.replace(/[_|]ENS[A-Z]*[GTP]\d{8,}(\.\d+)?$/, '') || name;

/** A module's label (names with commas between them) with every name as it is shown. */
export const shownLabel = (label: string): string => label.split(', ').map(shownName).join(', ');

/** A gene set with how many of its members the module holds: `MHC CLASS II (9 of 11)`. */
const geneSetTitle = ({ set, hits, size }: ModuleGeneSet): string =>
  `${set.replaceAll('_', ' ')} (${hits} of ${size})`;

/**
 * A short name of a module: the gene set that names it, else its leading features; both poles where some features go
 * against others: `MAL, KCNJ16 \u2194 C1S, MGP`. The shape and position where features are pixels.
 */
export function moduleTitle(
  { featureNames, image }: Pick<Explanation, 'featureNames' | 'image'>,
  { label, signs, topFeatures, geneSets = [] }: ModuleDescription,
): string {
  if (image) return label;
  const nameOf = (feature: number) => shownName(featureNames[feature]);
  const titleOf = (pole: ModuleGeneSet['pole']) => {
    const best = geneSets.find((found) => found.pole === pole);
    return best && geneSetTitle(best);
  };
  const opposed = signs?.opposed ?? [];
  if (opposed.length === 0) {
    const leading = topFeatures.slice(0, NAMED_FEATURES).map(({ feature }) => nameOf(feature));
    return titleOf('all') ?? (leading.join(', ') || label);
  }
  const poleName = (pole: 'together' | 'opposed', features: readonly number[]) =>
    titleOf(pole) ?? features.slice(0, NAMED_A_POLE).map(nameOf).join(', ');
  const named = geneSets.some(({ pole }) => pole !== 'all');
  const whole = titleOf('all');
  if (whole !== undefined && !named) return whole;
  return `${poleName('together', signs?.together ?? [])} \u2194 ${poleName('opposed', opposed)}`;
}
