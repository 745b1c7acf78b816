/** Selecting regions by their texts: alone, with what is selected already, or under a name. */
import { combinedCode, readRegion, regionOf } from '../derive/region-code.js';
import type { View } from '../derive/view.js';
import { namedRegions, region, selectRegion } from './store.js';

/** Selects the region of a text that is known to be one; with `more`, together with the selection. */
export function selectCode(view: View, code: string, more = false): void {
  const all = more && region.value ? combinedCode(region.value.code, '|', code) : code;
  selectRegion(regionOf(view, all, namedRegions.value));
}

/** Selects the region of a text that a person wrote; the reason, in words, where it is none. */
export function selectWritten(view: View, text: string): string {
  try {
    selectRegion(readRegion(view, text.trim(), namedRegions.value));
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Gives the selection a name: `@name` is the region from now on, in this page and its address. */
export function nameSelection(view: View, name: string): void {
  const selected = region.value;
  if (!selected || name === '') return;
  namedRegions.value = new Map([...namedRegions.value, [name, selected.code]]);
  selectRegion(regionOf(view, `@${name}`, namedRegions.value));
}

export function forgetNamed(name: string): void {
  namedRegions.value = new Map([...namedRegions.value].filter(([known]) => known !== name));
}
