/** Results as files on this machine. */
import { EXPLANATION_MARK, fillPage } from 'whymap/viewer';
import { SAVED_VIEW } from '../state/address.js';

export function saveBytes(bytes: BlobPart, name: string, type: string): void {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** The offline report: the page that the command line fills too, which lies beside this one. */
export async function saveReport(bytes: Uint8Array<ArrayBuffer>, title: string, view: string): Promise<void> {
  const address = new URL('report-template.js', document.baseURI).href;
  const { default: template } = (await import(/* @vite-ignore */ address)) as { default: string };
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  const gzipped = new Uint8Array(await new Response(stream).arrayBuffer());
  const saved = `<script type="application/octet-stream" id="${SAVED_VIEW}">${view.replaceAll('<', '%3C')}</script>`;
  const page = template.replace(EXPLANATION_MARK, () => saved + EXPLANATION_MARK);
  saveBytes(fillPage(page, gzipped, title), 'report.html', 'text/html');
}
