// Bars of shares: heights in proportion, labels, and no bar where there is nothing to share.
import { expect, test } from 'vitest';
import { shareBars } from '#whymap/reproduce/charts.js';
import { calibrationChart } from '#whymap/reproduce/lava/stability-measure.js';

test('bars are as high as their shares, and say of how many', () => {
  const chart = shareBars('title', 'x & y', [
    { label: 'a', count: 5, total: 10 },
    { label: 'b', count: 8, total: 8 },
    { label: 'c', count: 0, total: 0 },
  ]);
  const heights = [...chart.matchAll(/<rect x[^>]* height="([\d.]+)"/g)].map(([, height]) => Number(height));
  expect(heights).toHaveLength(2);
  expect(heights[0] / heights[1]).toBeCloseTo(0.5, 2);
  expect(chart).toContain('50% of 10');
  expect(chart).toContain('100% of 8');
  expect(chart).toContain('x &amp; y');
});

test('a calibration names its ranges', () => {
  const rows = [
    { from: 0, shown: 4, again: 1 },
    { from: 0.9, shown: 3, again: 3 },
  ];
  const chart = calibrationChart(rows);
  expect(chart).toContain('0 to 0.9');
  expect(chart).toContain('0.9 or more');
  expect(chart).toContain('25% of 4');
});
