/**
 * Colors, chosen to be told apart with the common forms of color blindness.
 *
 * Categories: the Okabe-Ito set followed by Paul Tol's muted set. Beyond their length colors repeat, which is
 * why every category is also named on the map or in the legend. Amounts: one ramp with monotone
 * lightness, from the page's neutral to a saturated end, for each theme. Signs: blue and orange.
 */
export type Theme = 'light' | 'dark';

const CATEGORIES: readonly string[] = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#d55e00',
  '#56b4e9',
  '#882255',
  '#999933',
  '#332288',
  '#44aa99',
  '#aa4499',
  '#b8860b',
  '#117733',
  '#6699cc',
  '#cc6677',
  '#7f7f00',
];
/** The two darkest read poorly on a dark page. */
const ON_DARK: Readonly<Record<string, string>> = {
  '#332288': '#7b6fe0',
  '#882255': '#c2578f',
  '#117733': '#3fae5e',
};

const RAMPS: Readonly<Record<Theme, readonly string[]>> = {
  light: ['#dfe3e6', '#c5d6da', '#93c3cb', '#55a9bd', '#2a84aa', '#1f5c93', '#24366f', '#1d1147'],
  dark: ['#33383f', '#31485a', '#2b6477', '#2f8588', '#4fa88a', '#8ac77f', '#cfe07e', '#fdf5a9'],
};

export const NEUTRAL: Readonly<Record<Theme, string>> = { light: '#cfd4d8', dark: '#454b53' };

export function categoryColor(index: number, theme: Theme): string {
  const color = CATEGORIES[index % CATEGORIES.length];
  return theme === 'dark' ? (ON_DARK[color] ?? color) : color;
}

export const RAMP_STEPS = 64;

/** `RAMP_STEPS` colors from nothing to most. */
export function ramp(theme: Theme): string[] {
  const stops = RAMPS[theme].map(parse);
  return Array.from({ length: RAMP_STEPS }, (_, step) => {
    const at = (step / (RAMP_STEPS - 1)) * (stops.length - 1);
    const low = Math.min(stops.length - 2, Math.floor(at));
    return mix(stops[low], stops[low + 1], at - low);
  });
}

/** The color at `share` (0 to 1) of the way from one to the other. */
function mix(from: readonly number[], to: readonly number[], share: number): string {
  const mixed = from.map((value, c) => Math.round(value + (to[c] - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function parse(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export const SIGN_COLORS: Readonly<Record<Theme, { together: string; opposed: string }>> = {
  light: { together: '#1f6fb4', opposed: '#c4500c' },
  dark: { together: '#6cb4ee', opposed: '#f09a5a' },
};

/** A color between opposed (-1), neutral (0) and together (1). */
export function signColor(value: number, theme: Theme): string {
  const ends = SIGN_COLORS[theme];
  const page = theme === 'light' ? [255, 255, 255] : [28, 32, 38];
  const end = parse(value < 0 ? ends.opposed : ends.together);
  const amount = Math.min(1, Math.abs(value));
  const mixed = end.map((channel, c) => Math.round(page[c] + (channel - page[c]) * amount));
  return `rgb(${mixed.join(' ')})`;
}

/** `RAMP_STEPS` colors from opposed over neutral to together: for amounts with a sign. */
export function signRamp(theme: Theme): string[] {
  const middle = parse(NEUTRAL[theme]);
  const ends = SIGN_COLORS[theme];
  return Array.from({ length: RAMP_STEPS }, (_, step) => {
    const value = (2 * step) / (RAMP_STEPS - 1) - 1;
    return mix(middle, parse(value < 0 ? ends.opposed : ends.together), Math.abs(value));
  });
}

/** Torn links in the warm color, glued ones in the cool one. */
export const linkColor = (kind: 'torn' | 'glued', theme: Theme): string =>
  kind === 'torn' ? SIGN_COLORS[theme].opposed : SIGN_COLORS[theme].together;
