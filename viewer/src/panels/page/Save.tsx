/** What can be kept: the picture, the table, the selected ids, a report with this view, and the address itself. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { View } from '../../derive/view.js';
import { download } from '../../keep/download.js';
import { pdfOfSvg } from '../../keep/figure.js';
import { canSave, offlineReport } from '../../keep/offline.js';
import { type PictureInput, pngOf, svgOf } from '../../keep/picture.js';
import { csvOf, idsOf } from '../../keep/table.js';
import { placedNames } from '../../map/Names.js';
import { emphasized } from '../../map/usePoints.js';
import { encodeAddress } from '../../state/address.js';
import { home } from '../../state/home.js';
import { printSize } from '../../state/print.js';
import {
  currentColoring,
  links,
  mapFrame,
  region,
  showLocalities,
  showNames,
  theme,
} from '../../state/store.js';
import { Icon } from '../parts/Icon.js';
import { PrintSizeFields } from '../parts/PrintSizeFields.js';
import { fileName } from '../parts/SaveFigure.js';

interface Kind {
  readonly name: string;
  readonly note: string;
  readonly off?: boolean;
  make(): Promise<void> | void;
}

export function Save({ view, title }: { view: View; title: string }) {
  const [open, setOpen] = useState(false);
  const [message, setMessage] = useState('');
  const box = useRef<HTMLDivElement>(null);
  const close = () => {
    setOpen(false);
    box.current?.querySelector('button')?.focus();
  };
  useDismissal(box, open, close, () => setOpen(false));
  const run = async ({ name, make }: Kind) => {
    setMessage(`Making: ${name}.`);
    try {
      await make();
      setMessage(`${name}: done.`);
      close();
    } catch (error) {
      setMessage(`${name} could not be made: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return (
    <div ref={box} class="save">
      <button
        type="button"
        class="button"
        aria-expanded={open}
        aria-haspopup="true"
        onClick={() => setOpen(!open)}
      >
        <Icon name="download" /> Save
      </button>
      {open && (
        <div class="menu">
          {kinds(view, title).map((kind) => (
            <button key={kind.name} type="button" disabled={kind.off} onClick={() => void run(kind)}>
              <span>{kind.name}</span>
              <small>{kind.note}</small>
            </button>
          ))}
          <PrintSizeFields />
        </div>
      )}
      <span class="announcement" role="status">
        {message}
      </span>
    </div>
  );
}

/** Focuses an open menu; closes it by Escape, and by a press outside of it, which keeps the focus there. */
function useDismissal(
  box: RefObject<HTMLElement | null>,
  open: boolean,
  close: () => void,
  leave: () => void,
): void {
  useEffect(() => {
    if (!open) return;
    box.current?.querySelector<HTMLElement>('.menu button')?.focus();
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) leave();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') close();
    };
    addEventListener('pointerdown', outside);
    addEventListener('keydown', onKey);
    return () => {
      removeEventListener('pointerdown', outside);
      removeEventListener('keydown', onKey);
    };
  }, [open]);
}

/** What can be saved now. */
function kinds(view: View, title: string): Kind[] {
  const name = fileName(title);
  const chosen = region.value;
  return [
    {
      name: 'Picture (PNG)',
      note: 'the map as it is now, with its legend, in the size below',
      make: async () => download(await pngOf(pictureInput(view), printSize.value), `${name}.png`),
    },
    {
      name: 'Picture (SVG)',
      note: 'the same, to edit further',
      make: () => download(new Blob([svgOf(pictureInput(view))], { type: 'image/svg+xml' }), `${name}.svg`),
    },
    {
      name: 'Picture (PDF)',
      note: 'the same, in the width below',
      make: async () => download(await pdfOfSvg(svgOf(pictureInput(view)), printSize.value), `${name}.pdf`),
    },
    {
      name: 'Table (CSV)',
      note: 'each sample with its position and what its color stands for',
      make: () => {
        if (currentColoring.value) download(csvOf(view, currentColoring.value, chosen), `${name}.csv`);
      },
    },
    {
      name: 'Selected ids',
      note: chosen ? chosen.name : 'nothing is selected',
      off: !chosen,
      make: () => {
        if (chosen) download(idsOf(view, chosen), `${name}-selected.txt`);
      },
    },
    {
      name: 'Report with this view',
      note: 'one file that opens offline, as the page is now',
      off: !canSave() && !home.value,
      make: async () => {
        if (home.value) return home.value.saveReport();
        download(await offlineReport(view, title, encodeAddress(view)), `${name}.html`);
      },
    },
    {
      name: 'Link to this view',
      note: 'copies the address of this page',
      make: () => navigator.clipboard.writeText(location.href.replace(/#.*/, '') + encodeAddress(view)),
    },
  ];
}

function pictureInput(view: View): PictureInput {
  const frame = mapFrame.value;
  const coloring = currentColoring.value;
  if (!frame || !coloring) throw new Error('the map is not drawn yet');
  const background = theme.value === 'dark' ? '#14171b' : '#ffffff';
  const emphasis = emphasized(view.explanation.rows, region.value?.rows);
  return {
    view,
    frame,
    theme: theme.value,
    scene: { drawing: view.drawing, coloring, emphasis, background },
    names: showNames.value
      ? placedNames(view, frame).map(({ name, left, top }) => ({
          text: name.text,
          left,
          top,
          color: name.color,
        }))
      : [],
    links: links.value,
    region: region.value,
    showLocalities: showLocalities.value,
  };
}
