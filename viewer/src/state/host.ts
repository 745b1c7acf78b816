/**
 * A program that shows this page in a frame, such as a notebook, may follow what is selected and select by itself. It
 * sends `{ whymap: 'connect' }` with a port; from then on both sides send over the port:
 *   page: { kind: 'ready', modules: ['M1', ...] }
 *   both: { kind: 'selection', rows: Int32Array }   row numbers in ascending order, empty for none
 *         { kind: 'colorBy', color: 'strongest' | 'trust' | 'module:2' ... }
 *         { kind: 'module', module: 'M3' | null }   the module whose card is open
 * A message that came in is not sent back. Without such a program nothing is sent or followed.
 */
import { effect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { decodeColoring, encodeColoring } from '../derive/coloring-text.js';
import { regionOfRows } from '../derive/region-code.js';
import type { View } from '../derive/view.js';
import { colorBy, openModule, region, selectRegion } from './store.js';

type Message =
  | { readonly kind: 'selection'; readonly rows: Int32Array }
  | { readonly kind: 'colorBy'; readonly color: string }
  | { readonly kind: 'module'; readonly module: string | null };

/** Waits for a program around the page. */
export function useHost(view: View): void {
  useEffect(() => {
    if (window.parent === window) return;
    let stop = () => {};
    const listen = (event: MessageEvent) => {
      const [port] = event.ports;
      if (event.source !== window.parent || event.data?.whymap !== 'connect' || !port) return;
      stop();
      stop = connect(view, port);
    };
    window.addEventListener('message', listen);
    return () => {
      window.removeEventListener('message', listen);
      stop();
    };
  }, [view]);
}

/** Follows and leads over a port; returns how to stop. */
function connect(view: View, port: MessagePort): () => void {
  const modules = view.explanation.descriptions.map(({ id }) => id);
  // what came in last, by kind: it is not sent back
  const known = new Map<string, string>();
  const send = (message: Message, mark: string) => {
    if (known.get(message.kind) === mark) return;
    known.set(message.kind, mark);
    port.postMessage(message);
  };
  port.onmessage = ({ data }: MessageEvent<Message>) => apply(view, modules, data, known);
  port.postMessage({ kind: 'ready', modules });
  const stops = [
    effect(() => {
      const rows = region.value?.rows ?? new Int32Array(0);
      send({ kind: 'selection', rows }, markOf(rows));
    }),
    effect(() => {
      const color = encodeColoring(view, colorBy.value);
      send({ kind: 'colorBy', color }, color);
    }),
    effect(() => {
      const module = openModule.value === null ? null : modules[openModule.value];
      send({ kind: 'module', module }, String(module));
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    port.close();
  };
}

function apply(view: View, modules: readonly string[], message: Message, known: Map<string, string>): void {
  if (message.kind === 'selection') {
    const rows = Int32Array.from(message.rows).filter((row) => row >= 0 && row < view.explanation.rows);
    rows.sort();
    known.set('selection', markOf(rows));
    selectRegion(regionOfRows(rows));
  } else if (message.kind === 'colorBy') {
    const next = decodeColoring(view, message.color);
    known.set('colorBy', encodeColoring(view, next));
    colorBy.value = next;
  } else {
    const module = message.module === null ? -1 : modules.indexOf(message.module);
    known.set('module', String(module < 0 ? null : message.module));
    openModule.value = module < 0 ? null : module;
  }
}

/** A short text that differs between selections: their length, ends and a sum over all. */
function markOf(rows: Int32Array): string {
  let sum = 0;
  for (const row of rows) sum = (Math.imul(sum, 31) + row) | 0;
  return `${rows.length},${rows[0]},${rows.at(-1)},${sum}`;
}
