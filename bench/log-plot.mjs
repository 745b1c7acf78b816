// Panels of lines on logarithmic axes, as one SVG.
const [WIDTH, HEIGHT, LEFT, BOTTOM, LEGEND] = [420, 340, 48, 44, 150];
const COLORS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#7f7f00',
  '#444444',
  '#999999',
  '#882255',
  '#000000',
];

/**
 * @param panels each {title, xLabel, series}; a series is {name, points: [[x, y], ...], dashed}, all above 0 (others are left out).
 *   Series of one name have one color in all panels; the legend stands at the right.
 */
export function logPlot(panels) {
  const names = [...new Set(panels.flatMap(({ series }) => series.map(({ name }) => name)))];
  const points = panels.flatMap(({ series }) => series.flatMap((one) => shown(one)));
  const [y0, y1] = decades(points.map(([, y]) => y));
  const drawn = panels.map((panel, p) => {
    const box = { left: p * WIDTH + LEFT, right: (p + 1) * WIDTH - 12, top: 28, bottom: HEIGHT - BOTTOM };
    return drawPanel(panel, { ...box, y0, y1 }, names);
  });
  const legend = names.map((name, i) => {
    const at = `x="${panels.length * WIDTH + 4}" y="${40 + 18 * i}"`;
    return `<text ${at} fill="${colorOf(names, name)}">${name}</text>`;
  });
  const size = `viewBox="0 0 ${panels.length * WIDTH + LEGEND} ${HEIGHT}"`;
  const style = 'font-family="sans-serif" font-size="12"';
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${style}><rect width="100%" height="100%" fill="white"/>${drawn.join('')}${legend.join('')}</svg>\n`;
}

const shown = ({ points }) => points.filter(([x, y]) => x > 0 && y > 0);
const colorOf = (names, name) => COLORS[names.indexOf(name) % COLORS.length];
const decades = (values) => [
  Math.floor(Math.log10(Math.min(...values))),
  Math.ceil(Math.log10(Math.max(...values))),
];

function drawPanel({ title, xLabel, series }, { left, right, top, bottom, y0, y1 }, names) {
  const logs = series.flatMap((one) => shown(one).map(([x]) => Math.log10(x)));
  const [x0, x1] = [Math.min(...logs), Math.max(...logs)];
  const xAt = (x) => left + ((Math.log10(x) - x0) / (x1 - x0 || 1)) * (right - left);
  const yAt = (y) => bottom - ((Math.log10(y) - y0) / (y1 - y0 || 1)) * (bottom - top);
  const lines = series.map((one) => {
    const path = shown(one).map(([x, y], n) => `${n ? 'L' : 'M'}${xAt(x).toFixed(1)} ${yAt(y).toFixed(1)}`);
    const dash = one.dashed ? ' stroke-dasharray="5 4"' : '';
    return `<path d="${path.join('')}" fill="none" stroke="${colorOf(names, one.name)}" stroke-width="2"${dash}/>`;
  });
  const xs = [...new Set(series.flatMap((one) => shown(one).map(([x]) => x)))];
  const ticks = xs.map(
    (x) => `<text x="${xAt(x)}" y="${bottom + 16}" text-anchor="middle" font-size="10">${brief(x)}</text>`,
  );
  for (let e = y0; e <= y1; e++) {
    const y = yAt(10 ** e);
    ticks.push(`<text x="${left - 6}" y="${y + 4}" text-anchor="end">${10 ** e}</text>`);
    ticks.push(`<path d="M${left} ${y}H${right}" stroke="#ddd"/>`);
  }
  const frame = `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="#444"/>`;
  const words = `<text x="${left}" y="16" font-weight="bold">${title}</text><text x="${right}" y="${bottom + 34}" text-anchor="end">${xLabel}</text>`;
  return ticks.join('') + frame + lines.join('') + words;
}

/** 30,000 as 30k. */
const brief = (x) => (x >= 1e6 ? `${x / 1e6}M` : x >= 1e3 ? `${Math.round(x / 100) / 10}k` : String(x));
