/** The sentence of a verdict that names places of the map: labels, or groups, with many glued or torn neighbors. */

import { mean } from '../../core/statistics.js';
import type { TrustMeasures } from '../measure.js';
import { type Distortion, nullShareFar } from '../measures/distortion.js';
import { FLAG_SHARE } from '../module-trust.js';
import type { VerdictSentence } from '../types.js';

const NAMED_PLACES = 3;

/** A part of the map to speak of: places among the asked samples. */
export interface Place {
  readonly name: string;
  readonly members: readonly number[];
}

/** Where strangers were put together and neighbors torn apart, and which places to read with care. */
export function placesSentence(
  measured: TrustMeasures,
  distortion: Distortion,
  places: readonly Place[],
): VerdictSentence {
  const torn = mean(distortion.torn);
  const glued = mean(distortion.glued);
  const { samples, groups } = measured;
  const far = groups
    ? 'far means that more samples are nearer than its own group holds'
    : 'far means beyond the nearest tenth of all samples';
  const shareAt = (values: Float64Array, place: Place) => mean(place.members.map((q) => values[q]));
  const judged = places.filter((place) => place.members.length > measured.k);
  const named = judged
    .map((place) => ({
      place,
      glued: shareAt(distortion.glued, place),
      torn: shareAt(distortion.torn, place),
    }))
    .filter((p) => Math.max(p.glued, p.torn) >= FLAG_SHARE)
    .sort((a, b) => Math.max(b.glued, b.torn) - Math.max(a.glued, a.torn));
  const text =
    `On average ${percent(glued)} of a sample's neighbors on the map are far away in the data (glued), and ` +
    `${percent(torn)} of its true neighbors are far away on the map (torn); ${far}` +
    `${placesWords(named, judged.length)}${tooSmall(places.length - judged.length, measured.k)}`;
  const figures = [
    { measure: 'glued', value: glued, null: nullShareFar(samples, distortion.farInData), pca: null },
    { measure: 'torn', value: torn, null: nullShareFar(samples, distortion.farOnMap), pca: null },
  ];
  const answer = Math.max(glued, torn) >= FLAG_SHARE ? 'no' : named.length > 0 ? 'partly' : 'yes';
  return { about: 'places', answer, text, figures };
}

function placesWords(
  named: readonly { place: Place; glued: number; torn: number }[],
  judged: number,
): string {
  if (judged === 0) return '.';
  if (named.length === 0) return '; no part of the map stands out.';
  const words = named.slice(0, NAMED_PLACES).map(({ place, glued, torn }) => {
    const kinds = [
      glued >= FLAG_SHARE ? `${percent(glued)} glued` : '',
      torn >= FLAG_SHARE ? `${percent(torn)} torn` : '',
    ];
    return `${place.name} (${kinds.filter(Boolean).join(', ')})`;
  });
  const more = named.length - words.length;
  return `. Take care with ${words.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

/** A neighborhood that is larger than the place reaches outside it, whatever the map does. */
function tooSmall(count: number, k: number): string {
  if (count === 0) return '';
  return ` ${count === 1 ? 'One place has' : `${count} places have`} no more than ${k} samples and cannot be judged.`;
}

/** A share in words: one digit after the point below 1%. */
export function percent(share: number): string {
  const value = 100 * share;
  return `${value > 0 && value < 1 ? value.toFixed(1) : Math.round(value)}%`;
}
