/**
 * The view's state in the part of the address after `#`: color, open module, panel, theme, place, region, kept
 * region, pair, links and what is shown. A saved report carries its own in an element, for when the address has none.
 */
import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { decodeColoring, encodeColoring } from '../derive/coloring-text.js';
import { regionOf } from '../derive/region-code.js';
import type { View } from '../derive/view.js';
import * as store from './store.js';

export const SAVED_VIEW = 'whymap-view';
/** A longer address is refused by some programs that links are pasted into. */
const LONGEST = 6000;
const WAIT = 250;

const PANELS = ['modules', 'ask', 'groups', 'conditions', 'trust', 'run'] as const;

/** The panel that a page opens with. */
const firstPanel = ({ comparison }: View): store.Panel => (comparison ? 'conditions' : 'modules');

/** Applies the address once, then keeps it up to date; also with another view of the same explanation. */
export function useAddress(view: View): void {
  const applied = useRef(false);
  useEffect(() => {
    const saved = document.getElementById(SAVED_VIEW)?.textContent ?? '';
    if (!applied.current) applyAddress(view, location.hash.length > 1 ? location.hash : saved);
    applied.current = true;
    let timer = 0;
    const stop = effect(() => {
      const hash = encodeAddress(view);
      clearTimeout(timer);
      // a page that lies in memory, as in a notebook, has no address that a person sees
      if (location.protocol === 'blob:') return;
      timer = window.setTimeout(
        () => history.replaceState(null, '', hash || location.pathname + location.search),
        WAIT,
      );
    });
    const changed = () => applyAddress(view, location.hash);
    addEventListener('hashchange', changed);
    return () => {
      stop();
      clearTimeout(timer);
      removeEventListener('hashchange', changed);
    };
  }, [view]);
}

/** `#color=trust&panel=ask...`; empty for the view that a page opens with. */
export function encodeAddress(view: View): string {
  const { colorBy, openModule, panel, region, kept, pair, links, cameraPosition, showLocalities, showNames } =
    store;
  const at = cameraPosition.value;
  const fields: readonly (readonly [string, string | null])[] = [
    ['color', colorBy.value.by === 'strongest' ? null : encodeColoring(view, colorBy.value)],
    ['module', openModule.value === null ? null : String(openModule.value)],
    ['groups', store.groupCount.value === null ? null : String(store.groupCount.value)],
    ['panel', panel.value === firstPanel(view) ? null : panel.value],
    ['at', at && [at.zoom, at.x, at.y].map((value) => Number(value.toPrecision(6))).join(',')],
    ['region', region.value?.code ?? null],
    ['kept', kept.value?.code ?? null],
    ['named', namedText(store.namedRegions.value)],
    ['pair', pair.value?.join(',') ?? null],
    ['feature', store.selectedFeature.value === null ? null : String(store.selectedFeature.value)],
    ['links', links.value && `${links.value.kind},${links.value.count}`],
    ['localities', showLocalities.value ? '1' : null],
    ['names', showNames.value ? null : '0'],
    ['theme', store.theme.value === store.systemTheme ? null : store.theme.value],
  ];
  const text = fields
    .filter(([, value]) => value !== null)
    .map(
      ([name, value]) =>
        `${name}=${encodeURIComponent(value ?? '').replace(/%(2C|3A|3B)/g, decodeURIComponent)}`,
    )
    .join('&');
  return text === '' || text.length > LONGEST ? '' : `#${text}`;
}

/** Names and texts of regions, one after the other; null for none. */
const namedText = (named: ReadonlyMap<string, string>): string | null =>
  named.size === 0 ? null : JSON.stringify([...named]);

function namedFrom(text: string): ReadonlyMap<string, string> {
  try {
    const pairs = JSON.parse(text) as [string, string][];
    return new Map(
      pairs.filter((pair) => pair.length === 2 && pair.every((part) => typeof part === 'string')),
    );
  } catch {
    return new Map();
  }
}

/** Shows what an address says; what it does not name, or names wrongly, is as when a page opens. */
export function applyAddress(view: View, hash: string): void {
  const fields = new URLSearchParams(hash.replace(/^#/, '').replaceAll('+', '%2B'));
  const text = (name: string) => fields.get(name) ?? '';
  const whole = (name: string, below: number) => {
    const value = Number.parseInt(text(name), 10);
    return value >= 0 && value < below ? value : null;
  };
  const { descriptions, featureNames } = view.explanation;
  const groups = view.explanation.modules.hierarchy ? whole('groups', descriptions.length) : null;
  store.groupCount.value = groups === 0 ? null : groups;
  store.colorBy.value = decodeColoring(view, text('color'));
  store.openModule.value = whole('module', descriptions.length);
  const named = namedFrom(text('named'));
  store.namedRegions.value = named;
  store.kept.value = regionOf(view, text('kept'), named);
  store.region.value = regionOf(view, text('region'), named);
  store.selectedFeature.value = whole('feature', featureNames.length);
  const [a, b] = text('pair').split(',').map(Number);
  store.pair.value = a >= 0 && b >= 0 && Math.max(a, b) < featureNames.length ? [a, b] : null;
  store.panel.value =
    PANELS.find((name) => name === text('panel') && (name !== 'conditions' || view.comparison)) ??
    firstPanel(view);
  const [kind, count] = text('links').split(',');
  store.links.value =
    (kind === 'torn' || kind === 'glued') && Number(count) > 0 ? { kind, count: Number(count) } : null;
  const [zoom, x, y] = text('at').split(',').map(Number);
  store.cameraPosition.value = zoom > 0 && Number.isFinite(x) && Number.isFinite(y) ? { zoom, x, y } : null;
  store.showLocalities.value = text('localities') === '1';
  store.showNames.value = text('names') !== '0';
  const theme = text('theme');
  if (theme === 'dark' || theme === 'light') store.theme.value = theme;
}
