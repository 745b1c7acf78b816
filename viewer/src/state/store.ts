/** The state of the page: a few signals that every part reads, and the actions that change them. */
import { computed, signal } from '@preact/signals';
import { type ColorBy, coloring } from '../derive/coloring.js';
import type { Theme } from '../derive/palette.js';
import type { View } from '../derive/view.js';

export type Tool = 'pan' | 'lasso' | 'rectangle';
export type Panel = 'modules' | 'ask' | 'run';

export interface Region {
  readonly rows: Int32Array;
  /** How the person made it: `sample C-14`, `lasso of 214 samples`. */
  readonly name: string;
  /** Localities to mark on the map: those that hold the sample, for a region of one. */
  readonly localities: readonly number[];
}

export const view = signal<View | null>(null);
export const colorBy = signal<ColorBy>({ by: 'strongest' });
/** Module whose card is open. */
export const openModule = signal<number | null>(null);
export const region = signal<Region | null>(null);
/** A second region, kept to be compared with the first. */
export const kept = signal<Region | null>(null);
export const hovered = signal<number>(-1);
export const tool = signal<Tool>('pan');
export const panel = signal<Panel>('modules');
export const showLocalities = signal(false);
export const showNames = signal(true);

const prefersDark = typeof matchMedia === 'function' && matchMedia('(prefers-color-scheme: dark)').matches;
export const theme = signal<Theme>(prefersDark ? 'dark' : 'light');

export const currentColoring = computed(() =>
  view.value ? coloring(view.value, colorBy.value, theme.value) : null,
);

/** Opens a module: its card, and its presence on the map. */
export function selectModule(module: number | null): void {
  openModule.value = module;
  colorBy.value = module === null ? { by: 'strongest' } : { by: 'module', module };
}

export function selectRegion(next: Region | null): void {
  region.value = next && next.rows.length > 0 ? next : null;
  if (region.value) panel.value = 'ask';
}

/** Keeps the present region as the one to compare the next with. */
export function keepRegion(): void {
  kept.value = region.value;
}

export function clearRegions(): void {
  region.value = null;
  kept.value = null;
}
