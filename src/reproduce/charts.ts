/**
 * The pictures that the studies need, as SVG text: lines on logarithmic axes, bars of shares, and maps side by side. Plain
 * strings, so that figures are the same bytes everywhere and need no browser.
 */

/** Okabe and Ito's colors, told apart by most color-blind people, then darker and lighter ones. */
const COLORS = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#d55e00',
  '#cc79a7',
  '#56b4e9',
  '#8c6d1f',
  '#555555',
  '#7a3b8f',
  '#9fae2a',
];
const FONT = 'font-family="sans-serif"';

export interface Line {
  readonly label: string;
  /** Positive, ascending. */
  readonly x: readonly number[];
  /** Positive and finite; others are left out. */
  readonly y: readonly number[];
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly Line[];
}

const WIDTH = 460;
const HEIGHT = 320;
const MARGIN = { left: 62, right: 130, top: 34, bottom: 46 };

/** Charts of lines in one row, both axes logarithmic. */
export function lineCharts(charts: readonly LineChart[]): string {
  const parts = charts.map(
    (chart, at) => `<g transform="translate(${at * WIDTH} 0)">${lineChart(chart)}</g>`,
  );
  return svg(WIDTH * charts.length, HEIGHT, parts.join('\n'));
}

/** A chart of lines over two logarithmic axes, as SVG. */
function lineChart(chart: LineChart): string {
  const points = chart.lines.flatMap(({ x, y }) =>
    x.map((value, at) => [value, y[at]]).filter(([, v]) => v > 0 && Number.isFinite(v)),
  );
  const scaleX = logScale(
    points.map(([x]) => x),
    MARGIN.left,
    WIDTH - MARGIN.right,
  );
  const scaleY = logScale(
    points.map(([, y]) => y),
    HEIGHT - MARGIN.bottom,
    MARGIN.top,
  );
  const paths = chart.lines.map(({ x, y }, at) => {
    const kept = x.map((value, i) => [value, y[i]]).filter(([, v]) => v > 0 && Number.isFinite(v));
    const path = kept
      .map(([a, b]) => `${round(scaleX.positionOf(a))},${round(scaleY.positionOf(b))}`)
      .join(' ');
    return `<polyline fill="none" stroke="${color(at)}" stroke-width="1.6" points="${path}"/>`;
  });
  const legend = chart.lines.map(({ label }, at) => {
    const y = MARGIN.top + 14 * at + 6;
    const x = WIDTH - MARGIN.right + 10;
    return `<rect x="${x}" y="${y - 6}" width="10" height="3" fill="${color(at)}"/>${text(x + 14, y, label, 'start', 10)}`;
  });
  const axes = [
    ...scaleX.ticks.map((tick) =>
      text(scaleX.positionOf(tick), HEIGHT - MARGIN.bottom + 16, power(tick), 'middle', 10),
    ),
    ...scaleY.ticks.map((tick) => text(MARGIN.left - 6, scaleY.positionOf(tick) + 3, power(tick), 'end', 10)),
  ];
  const frame = `<rect x="${MARGIN.left}" y="${MARGIN.top}" width="${WIDTH - MARGIN.left - MARGIN.right}" height="${HEIGHT - MARGIN.top - MARGIN.bottom}" fill="none" stroke="#999"/>`;
  const middle = (MARGIN.left + WIDTH - MARGIN.right) / 2;
  const names = [
    text(middle, 20, chart.title, 'middle', 13),
    text(middle, HEIGHT - 10, chart.xLabel, 'middle', 11),
    `<text ${FONT} font-size="11" text-anchor="middle" transform="translate(14 ${HEIGHT / 2}) rotate(-90)">${escapeXml(chart.yLabel)}</text>`,
  ];
  return [frame, ...paths, ...axes, ...names, ...legend].join('\n');
}

/** A logarithmic axis from pixel `from` to pixel `to`: the position of a value, and powers of ten as ticks. */
function logScale(values: readonly number[], from: number, to: number) {
  const low = Math.log10(Math.min(...values, 1));
  const high = Math.max(Math.log10(Math.max(...values, 1)), low + 1e-9);
  const positionOf = (value: number) => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  const step = Math.max(1, Math.ceil((high - low) / 6));
  const ticks: number[] = [];
  for (let at = Math.ceil(low); at <= Math.floor(high); at += step) ticks.push(10 ** at);
  return { positionOf, ticks };
}

export interface ShareBar {
  readonly label: string;
  /** How many of `total` the bar shows. */
  readonly count: number;
  readonly total: number;
}

/** Bars of shares from 0 to 100%, each with its share and the number it is of; no bar where there are none. */
export function shareBars(title: string, xLabel: string, bars: readonly ShareBar[]): string {
  const bottom = HEIGHT - MARGIN.bottom;
  const step = (WIDTH - MARGIN.left - 16) / bars.length;
  const heightOf = (share: number) => share * (bottom - MARGIN.top - 20);
  const lines = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const y = round(bottom - heightOf(share));
    return `<path d="M${MARGIN.left} ${y}H${WIDTH - 16}" stroke="#ddd"/>${text(MARGIN.left - 6, bottom - heightOf(share) + 3, `${100 * share}%`, 'end', 10)}`;
  });
  const drawn = bars.map(({ label, count, total }, at) => {
    const middle = MARGIN.left + (at + 0.5) * step;
    const name = text(middle, bottom + 14, label, 'middle', 10);
    if (total === 0) return name;
    const height = heightOf(count / total);
    const above = `${Math.round((100 * count) / total)}% of ${total}`;
    const bar = `<rect x="${round(middle - 0.35 * step)}" y="${round(bottom - height)}" width="${round(0.7 * step)}" height="${round(height)}" fill="${COLORS[0]}"/>`;
    return `${bar}${text(middle, bottom - height - 5, above, 'middle', 10)}${name}`;
  });
  const names = [
    text(WIDTH / 2, 20, title, 'middle', 13),
    text((MARGIN.left + WIDTH - 16) / 2, HEIGHT - 10, xLabel, 'middle', 11),
  ];
  return svg(WIDTH, HEIGHT, [...lines, ...drawn, ...names].join('\n'));
}

export interface MapPanel {
  readonly title: string;
  /** rows x 2. */
  readonly values: ArrayLike<number>;
  /** Group (0, 1...) or value (any number) of each sample. */
  readonly groups: ArrayLike<number>;
  /** `groups`: one color a group; `gradient`: dark to light with the value. */
  readonly coloring: 'groups' | 'gradient';
}

const PANEL = 220;

/** Maps in rows of `columns`, each scaled to its panel. */
export function mapPanels(panels: readonly MapPanel[], columns: number): string {
  const rows = Math.ceil(panels.length / columns);
  const parts = panels.map((panel, at) => {
    const x = (at % columns) * PANEL;
    const y = Math.floor(at / columns) * (PANEL + 22);
    return `<g transform="translate(${x} ${y})">${mapPanel(panel)}</g>`;
  });
  return svg(columns * PANEL, rows * (PANEL + 22), parts.join('\n'));
}

/** One map as a panel: samples colored by group or by shade, as SVG. */
function mapPanel({ title, values, groups, coloring }: MapPanel): string {
  const rows = groups.length;
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < 2; k++) {
      low[k] = Math.min(low[k], values[2 * i + k]);
      high[k] = Math.max(high[k], values[2 * i + k]);
    }
    least = Math.min(least, groups[i]);
    most = Math.max(most, groups[i]);
  }
  const scale = (PANEL - 16) / Math.max(high[0] - low[0], high[1] - low[1], Number.MIN_VALUE);
  const byColor = new Map<string, string[]>();
  for (let i = 0; i < rows; i++) {
    const fill = coloring === 'groups' ? color(groups[i]) : shade((groups[i] - least) / (most - least || 1));
    const x = 8 + (values[2 * i] - low[0]) * scale;
    const y = 30 + (values[2 * i + 1] - low[1]) * scale;
    // A line of length 0 with round ends is a dot: one path a color keeps files small.
    const dots = byColor.get(fill) ?? [];
    dots.push(`M${round(x)} ${round(y)}h0`);
    byColor.set(fill, dots);
  }
  const paths = [...byColor].map(
    ([fill, dots]) =>
      `<path d="${dots.join('')}" stroke="${fill}" stroke-width="1.7" stroke-linecap="round" fill="none"/>`,
  );
  return [text(PANEL / 2, 14, title, 'middle', 12), ...paths].join('\n');
}

/** A color from dark to light for a share of 0 to 1. */
function shade(share: number): string {
  const step = Math.round(15 * share) / 15;
  return `hsl(${Math.round(250 - 190 * step)} 75% ${Math.round(25 + 35 * step)}%)`;
}

/** The color of a group, by its number; repeats after the last. */
function color(at: number): string {
  return COLORS[((at % COLORS.length) + COLORS.length) % COLORS.length];
}

/** A power of ten for an axis. */
function power(value: number): string {
  const exponent = Math.round(Math.log10(value));
  return exponent >= 0 && exponent < 4 ? String(10 ** exponent) : `1e${exponent}`;
}

/** A coordinate to a tenth of a pixel. */
function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A text element at x, y. */
function text(x: number, y: number, content: string, anchor: string, size: number): string {
  return `<text ${FONT} x="${round(x)}" y="${round(y)}" font-size="${size}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

/** A text for XML. */
function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** An SVG document of this size. */
function svg(width: number, height: number, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">\n<rect width="100%" height="100%" fill="white"/>\n${content}\n</svg>\n`;
}
