// The figure of calibration.mjs: for each list of p-values the share that is at most p. Uniform ones follow the diagonal; grey, the
// band in which 95% of such curves lie whole (Kolmogorov-Smirnov, 1.358 / sqrt(n)).
const [LEFT, TOP, SIDE] = [48, 16, 300];
const COLORS = ['#0072b2', '#d55e00', '#009e73'];
const x = (p) => (LEFT + SIDE * p).toFixed(1);
const y = (share) => (TOP + SIDE * (1 - Math.min(1, Math.max(0, share)))).toFixed(1);
const text = (at, down, anchor, words, color = 'black') =>
  `<text x="${at}" y="${down}" text-anchor="${anchor}" fill="${color}">${words}</text>`;

/** The SVG. @param curves `name` and `list` of p-values each, all as long. */
export function calibrationPlot(curves) {
  const half = 1.358 / Math.sqrt(curves[0].list.length);
  const band = Array.from({ length: 101 }, (_, i) => i / 100);
  const edge = (points, by) => points.map((p) => `${x(p)},${y(p + by)}`).join(' ');
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (p) => text(x(p), TOP + SIDE + 16, 'middle', p) + text(LEFT - 6, Number(y(p)) + 4, 'end', p),
  );
  const lines = curves.map(({ name, list }, c) => {
    const steps = [...list].sort((a, b) => a - b).map((p, i) => `H${x(p)}V${y((i + 1) / list.length)}`);
    const path = `<path d="M${x(0)} ${y(0)}${steps.join('')}H${x(1)}" fill="none" stroke="${COLORS[c]}" stroke-width="1.5"/>`;
    return path + text(LEFT + SIDE + 14, TOP + 14 + 18 * c, 'start', name, COLORS[c]);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 500 370" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/><polygon points="${edge(band, -half)} ${edge(band.toReversed(), half)}" fill="#e8e8e8"/><path d="M${x(0)} ${y(0)}L${x(1)} ${y(1)}" stroke="#888" stroke-dasharray="4 3"/><rect x="${LEFT}" y="${TOP}" width="${SIDE}" height="${SIDE}" fill="none" stroke="#888"/>${ticks.join('')}${lines.join('')}${text(LEFT + SIDE, TOP + SIDE + 34, 'end', 'p')}${text(LEFT + 6, TOP + 14, 'start', 'share of sets')}</svg>\n`;
}
