/** The sentence of a verdict that names regions of the map: labels, or groups, with many glued or torn neighbors. */

import { mean } from '../../core/statistics.js';
import { percent } from '../../core/words.js';
import type { TrustMeasures } from '../measure.js';
import { type Distortion, nullShareFar } from '../measures/distortion.js';
import { FLAG_SHARE } from '../module-trust.js';
import type { VerdictSentence } from '../types.js';

const NAMED_REGIONS = 3;

/** A part of the map to speak of: positions among the query samples. */
export interface MapRegion {
  readonly name: string;
  readonly members: readonly number[];
}

/** How many neighbors are glued and torn, and which regions to read with care. */
export function regionsSentence(
  measured: TrustMeasures,
  distortion: Distortion,
  regions: readonly MapRegion[],
): VerdictSentence {
  const torn = mean(distortion.torn);
  const glued = mean(distortion.glued);
  const { samples, groups } = measured;
  const far = groups
    ? 'far means that more samples are nearer than the group of the sample holds'
    : 'far means beyond the nearest tenth of all samples';
  const shareAt = (values: Float64Array, region: MapRegion) => mean(region.members.map((q) => values[q]));
  const judged = regions.filter((region) => region.members.length > measured.k);
  const named = judged
    .map((region) => ({
      region,
      glued: shareAt(distortion.glued, region),
      torn: shareAt(distortion.torn, region),
    }))
    .filter((p) => Math.max(p.glued, p.torn) >= FLAG_SHARE)
    .sort((a, b) => Math.max(b.glued, b.torn) - Math.max(a.glued, a.torn));
  const text =
    `On average ${percent(glued)} of a sample's neighbors on the map are far away in the data (glued), and ` +
    `${percent(torn)} of its true neighbors are far away on the map (torn); ${far}` +
    `${regionWords(named, judged.length)}${tooSmall(regions.length - judged.length, measured.k)}`;
  const figures = [
    { measure: 'glued', value: glued, null: nullShareFar(samples, distortion.farInData), pca: null },
    { measure: 'torn', value: torn, null: nullShareFar(samples, distortion.farOnMap), pca: null },
  ];
  const answer = Math.max(glued, torn) >= FLAG_SHARE ? 'no' : named.length > 0 ? 'partly' : 'yes';
  return { about: 'regions', answer, text, figures };
}

/** The regions to read with care, worst first, or that there is none; a full stop where none could be judged. */
function regionWords(
  named: readonly { region: MapRegion; glued: number; torn: number }[],
  judged: number,
): string {
  if (judged === 0) return '.';
  if (named.length === 0) return '; no part of the map stands out.';
  const words = named.slice(0, NAMED_REGIONS).map(({ region, glued, torn }) => {
    const kinds = [
      glued >= FLAG_SHARE ? `${percent(glued)} glued` : '',
      torn >= FLAG_SHARE ? `${percent(torn)} torn` : '',
    ];
    return `${region.name} (${kinds.filter(Boolean).join(', ')})`;
  });
  const more = named.length - words.length;
  return `. Take care with ${words.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

/** Says how many regions are too small: neighborhoods larger than a region reach outside it, whatever the map does. */
function tooSmall(count: number, k: number): string {
  if (count === 0) return '';
  return ` ${count === 1 ? 'One region has' : `${count} regions have`} no more than ${k} samples and cannot be judged.`;
}
