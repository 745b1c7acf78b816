/** This page as one file that opens without a server, with the view as it is now. */

import { encodeExplanation } from 'whymap/io';
import { comparisonElement, EXPLANATION_MARK, fillPage, offlinePolicy, withFileNames } from 'whymap/viewer';
import type { Comparison } from '../derive/compared/conditions.js';
import type { View } from '../derive/view.js';
import { SAVED_VIEW } from '../state/address.js';

/** Made of the page's own script and style; the explanation is packed anew, since it may have come from a server. */
export async function offlineReport(
  { explanation, comparison }: View,
  title: string,
  address: string,
): Promise<Blob> {
  const zipped = new Blob([encodeExplanation(withFileNames({ ...explanation, timings: {} })).slice()])
    .stream()
    .pipeThrough(new CompressionStream('gzip'));
  const bytes = new Uint8Array(await new Response(zipped).arrayBuffer());
  return new Blob([fillPage(template(address, comparison), bytes, title)], { type: 'text/html' });
}

function template(view: string, comparison: Comparison | null): string {
  const part = (id: string) => document.getElementById(id)?.textContent ?? '';
  const saved = view.replaceAll('<', '%3C');
  const served = document
    .querySelector('meta[http-equiv="Content-Security-Policy"]')
    ?.getAttribute('content');
  const policy = served
    ? `<meta http-equiv="Content-Security-Policy" content="${offlinePolicy(served)}" />`
    : '';
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    ${policy}
    <link rel="icon" href="data:," />
    <title>whymap</title>
    <style id="whymap-style">${part('whymap-style')}</style>
  </head>
  <body>
    <div id="app"></div>
    <script type="application/octet-stream" id="${SAVED_VIEW}">${saved}</script>
    ${comparison ? comparisonElement(JSON.stringify(comparison)) : ''}
    ${EXPLANATION_MARK}
    <script type="module" id="whymap-script">${part('whymap-script')}</script>
  </body>
</html>
`;
}

/** True where the page's own script can be read: not in the development server. */
export const canSave = (): boolean => document.getElementById('whymap-script') !== null;
