/**
 * The report as one page: how an explanation stands in the built viewer, and how it is found there.
 *
 * The explanation travels as the bytes of its file, gzipped and in base64, in an element that browsers do
 * not run. Compression is left to the caller: Node and browsers each have their own.
 */

/** Where the explanation goes in the built page. */
export const EXPLANATION_MARK = '<!--whymap:explanation-->';
export const EXPLANATION_ELEMENT = 'whymap-explanation';
/** Where the page of a comparison holds it, as JSON. */
export const COMPARISON_ELEMENT = 'whymap-comparison';

/** Fills `template` (the built viewer) with the gzipped bytes of an explanation's file. */
export function fillPage(template: string, gzipped: Uint8Array, title: string): string {
  return pageAround(template, title).join(base64FromBytes(gzipped));
}

/**
 * What stands before and after the base64 of the explanation in the filled page.
 * @param comparison of two conditions of it, as JSON; none by default.
 */
export function pageAround(template: string, title: string, comparison = ''): readonly [string, string] {
  const compared = comparison === '' ? '' : comparisonElement(comparison);
  const marked = template.replace(EXPLANATION_MARK, () => compared + EXPLANATION_MARK);
  const [before, after] = withElement(marked, title, '', CONTENT).split(CONTENT);
  return [before, after];
}

/** The comparison in an element that browsers do not run; no text in it can end the element. */
export const comparisonElement = (json: string): string =>
  `<script type="application/json" id="${COMPARISON_ELEMENT}">${json.replaceAll('<', '\\u003c')}</script>`;

/** Stands for the content while a page is made; no page holds it. */
const CONTENT = '<!--whymap:content-->';

/** In the policy of the built page, and what stands there where it is served beside the explanation. */
const NO_REQUESTS = "connect-src 'none'";
const SERVER_REQUESTS = "connect-src 'self'";

/** The policy of a page that was served, for a copy of it that stands alone. */
export function offlinePolicy(policy: string): string {
  return policy.replace(SERVER_REQUESTS, NO_REQUESTS);
}

/** Fills `template` with the address of an explanation's file, relative to the page. */
export function linkPage(template: string, source: string, title: string): string {
  const served = template.replace(NO_REQUESTS, SERVER_REQUESTS);
  return withElement(served, title, ` data-source="${escapeHtml(source)}"`, '');
}

/** The template with the title and the element that holds or names the explanation. */
function withElement(template: string, title: string, attributes: string, content: string): string {
  const escaped = escapeHtml(title);
  const data = `<script type="application/octet-stream" id="${EXPLANATION_ELEMENT}" data-title="${escaped}"${attributes}>${content}</script>`;
  return template
    .replace(EXPLANATION_MARK, () => data)
    .replace('<title>whymap</title>', () => `<title>${escaped} \u00b7 whymap</title>`);
}

/** Text that HTML shows as it is. */
function escapeHtml(text: string): string {
  const codes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => codes[character]);
}

/** A multiple of three, so that the pieces' texts join without padding. */
const PIECE = 0x6000;

/** Bytes as base64. */
function base64FromBytes(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += PIECE) {
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE))));
  }
  return pieces.join('');
}

/** The gzipped bytes that `fillPage` wrote. */
export function bytesFromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
