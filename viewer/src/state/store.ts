/** The state of the page: a few signals that every part reads, and the actions that change them. */

import { computed, signal } from '@preact/signals';
import { modulesInRegion, type Region as ParsedRegion } from 'whymap/lava';
import { type ColorBy, coloring } from '../derive/coloring.js';
import type { Theme } from '../derive/palette.js';
import type { View } from '../derive/view.js';
import type { Camera, Size } from '../map/camera.js';

export type Tool = 'pan' | 'lasso' | 'rectangle';
export type Panel = 'modules' | 'ask' | 'groups' | 'conditions' | 'trust' | 'run';

export interface Region {
  readonly rows: Int32Array;
  /** How the person made it: `sample C-14`, `lasso of 214 samples`. */
  readonly name: string;
  /** Localities to mark on the map: those that hold the sample, for a region of one. */
  readonly localities: readonly number[];
  /** The same region as a short text, as `whymap query` and the address take it; see derive/region-code.ts. */
  readonly code: string;
  readonly parsed: ParsedRegion;
}

/** The worst links of one kind, at most `count` of them. */
export interface LinksShown {
  readonly kind: 'torn' | 'glued';
  readonly count: number;
}

/** How the map lies on the screen, for pictures of it. */
export interface MapFrame {
  readonly camera: Camera;
  readonly size: Size;
  readonly radius: number;
}

/** Zoom, and the place of the drawing in the middle of the screen; null for all of it. */
export interface CameraPosition {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

export const view = signal<View | null>(null);
export const colorBy = signal<ColorBy>({ by: 'strongest' });
/** In how many groups the modules are shown; null for each by itself. */
export const groupCount = signal<number | null>(null);
/** Module whose card is open. */
export const openModule = signal<number | null>(null);
export const region = signal<Region | null>(null);
/** A second region, kept to be compared with the first. */
export const kept = signal<Region | null>(null);
/** The pair of features whose values are shown; null for the one that tells most about the region. */
export const pair = signal<readonly [number, number] | null>(null);
/** A feature that was searched for. */
export const selectedFeature = signal<number | null>(null);
/** Regions that the person named: the text that `@name` stands for. */
export const namedRegions = signal<ReadonlyMap<string, string>>(new Map());
/** What the map says of the last thing that was tried on it, such as a lasso around no sample. */
export const mapNotice = signal('');
export const links = signal<LinksShown | null>(null);
export const cameraPosition = signal<CameraPosition | null>(null);
export const mapFrame = signal<MapFrame | null>(null);
export const hovered = signal<number>(-1);
export const tool = signal<Tool>('pan');
export const panel = signal<Panel>('modules');
export const showLocalities = signal(false);
export const showNames = signal(true);

const prefersDark = typeof matchMedia === 'function' && matchMedia('(prefers-color-scheme: dark)').matches;
export const systemTheme: Theme = prefersDark ? 'dark' : 'light';
export const theme = signal<Theme>(systemTheme);

export const currentColoring = computed(() =>
  view.value ? coloring(view.value, colorBy.value, theme.value) : null,
);

/** Modules that most samples of the selection have; null without a selection. */
export const selectedModules = computed(() => {
  if (!view.value || !region.value) return null;
  const found = modulesInRegion(view.value.explanation, region.value.rows);
  return new Set(found.filter(({ presentInside }) => presentInside >= 0.5).map(({ module }) => module));
});

/** Opens a module: its card, and its presence on the map. */
export function selectModule(module: number | null): void {
  openModule.value = module;
  colorBy.value = module === null ? everyModule() : { by: 'module', module };
}

/** The map by the strongest module, or by the strongest group where modules are shown in groups. */
const everyModule = (): ColorBy =>
  groupCount.value === null ? { by: 'strongest' } : { by: 'groups', count: groupCount.value };

/** Shows the modules in `count` groups, in the list and on the map; null for each by itself. */
export function showGroups(count: number | null): void {
  groupCount.value = count;
  selectModule(null);
}

export function selectRegion(next: Region | null): void {
  mapNotice.value = '';
  region.value = next && next.rows.length > 0 ? next : null;
  pair.value = null;
  selectedFeature.value = null;
  if (region.value) panel.value = 'ask';
}

/** Shows where a feature is: in modules, and its values on the map where the file holds them. */
export function selectFeature(shown: View, feature: number): void {
  selectedFeature.value = feature;
  region.value = null;
  panel.value = 'ask';
  if (shown.explanation.values?.features.includes(feature)) {
    openModule.value = null;
    colorBy.value = { by: 'feature', feature };
  }
}

export function clearRegions(): void {
  region.value = null;
  kept.value = null;
  pair.value = null;
  selectedFeature.value = null;
  namedRegions.value = new Map();
  mapNotice.value = '';
  links.value = null;
  cameraPosition.value = null;
}
