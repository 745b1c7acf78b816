/**
 * The verdict's sentence on clusters once the structure of the map has been traced to the data.
 *
 * Purpose: `verdictOfStructure`. Neighborhoods that keep together say nothing about gaps; the trace does, so the sentence that
 * leaves the question open is answered. Source: ours.
 */

import { listed, plural } from '../../core/words.js';
import { answerCounts } from '../structure/layer.js';
import type { TracedStructure } from '../structure/types.js';
import type { VerdictSentence } from '../types.js';
import { GAPS_UNTOLD, GROUPS_KEPT } from './verdict.js';

/**
 * The verdict with what the trace says of clusters and gaps. A map none of whose clusters and gaps is in the data is read
 * `partly` at best.
 * @param structures all that were traced; bridges, holes and regions play no part.
 */
export function verdictOfStructure<S extends Pick<VerdictSentence, 'answer' | 'text'> & { about: string }>(
  verdict: readonly S[],
  structures: readonly Pick<TracedStructure, 'kind' | 'answer'>[],
): S[] {
  const parts = structures.filter(({ kind }) => kind === 'cluster' || kind === 'gap');
  if (parts.length === 0) return [...verdict];
  const none = parts.every(({ answer }) => answer !== 'in the data');
  return verdict.map((sentence) => {
    if (sentence.about !== 'clusters') return sentence;
    const answer = none && sentence.answer === 'yes' ? 'partly' : sentence.answer;
    const opening = none ? sentence.text.replace(GROUPS_KEPT, `${GROUPS_KEPT} only`) : sentence.text;
    return { ...sentence, answer, text: `${opening.replace(GAPS_UNTOLD, '')} ${partsSentence(parts)}` };
  });
}

/** How many clusters and gaps of the map are in the data, and how to read them. */
function partsSentence(parts: readonly Pick<TracedStructure, 'kind' | 'answer'>[]): string {
  const number = (word: TracedStructure['kind']) => parts.filter(({ kind }) => kind === word).length;
  const gaps = number('gap');
  const what = listed([plural(number('cluster'), 'cluster'), ...(gaps > 0 ? [plural(gaps, 'gap')] : [])]);
  // those in the data come first
  const [{ count: there }, ...counts] = answerCounts(parts);
  const others = listed(
    counts.filter(({ count }) => count > 0).map(({ answer, count }) => `${count} ${answer}`),
  );
  if (there === 0)
    return `None of the ${what} that the map shows is found in the data (${others}): do not read them as groups apart.`;
  if (there === parts.length) return `All of the ${what} that the map shows are in the data.`;
  return `Of the ${what} that the map shows ${there} ${there === 1 ? 'is' : 'are'} in the data (${others}): read only ${there === 1 ? 'this one' : 'these'} as groups apart.`;
}
