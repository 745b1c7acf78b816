/** Numbers in plain words, as the library says them, and the nouns of what is shown. */
import type { Explanation, TrustLayer } from 'whymap';
import { shownName, words } from 'whymap/lava';

export const { count, percent, decimal, signed, plural, listed, pValue, capitalized } = words;

/** Nouns of what is shown: features that are pixels are called pixels. */
export const featureNoun = (explanation: Explanation): string => (explanation.image ? 'pixel' : 'feature');

/** The name of a feature; a pixel is named by its row and column. */
export function featureName({ image, featureNames }: Explanation, feature: number): string {
  if (!image) return shownName(featureNames[feature]);
  return `row ${Math.floor(feature / image.width)}, column ${feature % image.width}`;
}

/** What the presence of this explanation measures, as the legend says it. */
export function presenceMeaning(explanation: Explanation): string {
  const form = explanation.options.form === undefined ? explanation.options.association : undefined;
  return form === 'signed'
    ? 'correlation of the module\u2019s strongest pair'
    : 'how strongly the module\u2019s features move together nearby';
}

/** One line on the trust of a sample. */
export function trustHere(layer: TrustLayer, row: number): string {
  const { k } = layer;
  const parts = [
    layer.torn[row] > 0 ? `${layer.torn[row]} of its ${k} nearest in the data lie far away` : '',
    layer.glued[row] > 0 ? `${layer.glued[row]} of its ${k} neighbors here lie far away in the data` : '',
  ].filter(Boolean);
  return `Trust ${decimal(layer.value[row])}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}.`;
}
