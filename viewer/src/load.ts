/** Finds the explanation that the page was made with. */

import type { Explanation } from 'whymap';
import { decodeExplanation } from 'whymap/io';
import { bytesFromBase64, COMPARISON_ELEMENT, EXPLANATION_ELEMENT } from 'whymap/viewer';
import { type Comparison, comparisonFrom } from './derive/compared/conditions.js';

export interface Loaded {
  readonly explanation: Explanation;
  readonly title: string;
  /** What `whymap compare` found of it, where it made this page. */
  readonly comparison: Comparison | null;
}

/** Null when the page carries none. */
export async function embedded(): Promise<Loaded | null> {
  const element = document.getElementById(EXPLANATION_ELEMENT);
  if (!element) return null;
  const { source } = element.dataset;
  const bytes = source ? await fetched(source) : await unzipped(bytesFromBase64(element.textContent ?? ''));
  const explanation = decodeExplanation(bytes);
  const compared = document.getElementById(COMPARISON_ELEMENT)?.textContent;
  const comparison = compared ? comparisonFrom(compared, explanation) : null;
  return { explanation, title: element.dataset.title ?? '', comparison };
}

async function unzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** From the server that gave this page: no base64 and no unzipping of what may be a hundred megabytes. */
async function fetched(source: string): Promise<Uint8Array> {
  const response = await fetch(source);
  if (!response.ok)
    throw new Error(`The explanation could not be read (${response.status}): is whymap view still running?`);
  return new Uint8Array(await response.arrayBuffer());
}
