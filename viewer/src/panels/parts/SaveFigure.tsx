/** A chart with the means to keep it: as SVG, as PNG of a chosen size, as PDF. */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { download } from '../../keep/download.js';
import { pdfOfSvg, pngOfSvg, standaloneSvg } from '../../keep/figure.js';
import { printSize } from '../../state/print.js';
import { PrintSizeFields } from './PrintSizeFields.js';

type Format = 'SVG' | 'PNG' | 'PDF';

export function SaveFigure({ name, children }: { name: string; children: ComponentChildren }) {
  const figure = useRef<HTMLElement>(null);
  const [message, setMessage] = useState('');
  const save = async (format: Format) => {
    const svg = figure.current?.querySelector('svg');
    if (!svg) return;
    try {
      download(await fileOf(standaloneSvg(svg), format), `${fileName(name)}.${format.toLowerCase()}`);
      setMessage(`${format} saved.`);
    } catch (error) {
      setMessage(`${format} could not be made: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return (
    <figure ref={figure} class="saved-figure">
      {children}
      <details>
        <summary>Save this figure</summary>
        <PrintSizeFields />
        <p class="actions">
          {(['SVG', 'PNG', 'PDF'] as const).map((format) => (
            <button key={format} type="button" class="button" onClick={() => void save(format)}>
              {format}
            </button>
          ))}
        </p>
        <span class="note" role="status">
          {message}
        </span>
      </details>
    </figure>
  );
}

async function fileOf(text: string, format: Format): Promise<Blob> {
  if (format === 'PNG') return pngOfSvg(text, printSize.value);
  return format === 'PDF' ? pdfOfSvg(text, printSize.value) : new Blob([text], { type: 'image/svg+xml' });
}

/** The name without what file systems refuse. */
export const fileName = (name: string): string =>
  name.replace(/[^\w.-]+/g, '-').replace(/^-+|-+$/g, '') || 'whymap';
