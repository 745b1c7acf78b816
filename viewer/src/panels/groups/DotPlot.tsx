/** Dots: features in rows, groups in columns; a larger dot has more samples above zero, a darker one a higher mean. */
import { scaleSqrt } from 'd3-scale';
import { useMemo } from 'preact/hooks';
import type { GroupColumn } from '../../derive/columns.js';
import { groupFigures, groupValues, type Measure, measureName, measureValues } from '../../derive/groups.js';
import { RAMP_STEPS, ramp } from '../../derive/palette.js';
import type { View } from '../../derive/view.js';
import { decimal, percent } from '../../derive/words.js';
import { theme } from '../../state/store.js';
import { widestOf } from '../parts/text-width.js';

const FEATURES = 12;
const CELL = { width: 30, height: 24 } as const;
const widest = (texts: readonly string[]) => widestOf(texts, '12px');
/** What a name that is turned by 45 degrees takes of its length, up and aside. */
const SLANT = 0.72;
const radius = scaleSqrt([0, 1], [0, 10]);

interface DotPlotProps {
  readonly view: View;
  readonly measure: Measure;
  readonly by: GroupColumn;
  readonly split: GroupColumn | null;
  readonly rows: Int32Array | null;
}

export function DotPlot({ view, measure, by, split, rows }: DotPlotProps) {
  const lines = useMemo(
    () => rowsOf(view, measure).map((each) => lineOf(view, each, by, split, rows)),
    [view, measure, by, split, rows],
  );
  const columns = lines[0].dots.map(({ column }) => column);
  const left = 16 + widest(lines.map(({ name }) => cut(name, 24)));
  const rise = SLANT * widest(columns.map((column) => cut(column, 28)));
  const above = 20 + rise;
  const width = Math.max(470, left + columns.length * CELL.width + rise + 20);
  const height = above + lines.length * CELL.height + 56;
  const colors = ramp(theme.value);
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${width} ${height}`}
      style={{ maxWidth: `${width}px` }}
      role="img"
      aria-label={`${lines.map(({ name }) => name).join(', ')} by ${by.name}${split ? ` and ${split.name}` : ''}`}
    >
      {columns.map((column, at) => (
        <text
          key={column}
          transform={`translate(${left + (at + 0.5) * CELL.width},${above - 8}) rotate(-45)`}
        >
          {cut(column, 28)}
          <title>{column}</title>
        </text>
      ))}
      {lines.map(({ name, dots }, row) => (
        <g key={name} transform={`translate(0,${above + (row + 0.5) * CELL.height})`}>
          <text x={left - 8} dy="0.35em" text-anchor="end">
            {cut(name, 24)}
            <title>{name}</title>
          </text>
          {dots.map(({ column, share, mean, shade }, at) => (
            <circle
              key={column}
              cx={left + (at + 0.5) * CELL.width}
              r={Math.max(0.8, radius(share))}
              fill={colors[Math.round(shade * (RAMP_STEPS - 1))]}
              class="dot"
            >
              <title>{`${name}, ${column}: mean ${decimal(mean)}, ${percent(share)} above 0`}</title>
            </circle>
          ))}
        </g>
      ))}
      <SizeKey left={left} top={height - 34} />
    </svg>
  );
}

/** What sizes and colors of the dots mean; part of the picture, so that it is saved with it. */
function SizeKey({ left, top }: { left: number; top: number }) {
  return (
    <g transform={`translate(${left},${top})`}>
      {[0.25, 0.5, 1].map((share, at) => (
        <g key={share} transform={`translate(${at * 62},0)`}>
          <circle cx={10} r={radius(share)} class="dot key" />
          <text x={24} dy="0.35em">
            {percent(share)}
          </text>
        </g>
      ))}
      <text x={-left + 6} y={28}>
        size: samples above 0; color: mean, from the lowest to the highest of its row
      </text>
    </g>
  );
}

const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}\u2026` : text;

/** A module stands for its leading features whose values are known, or for its presence where none is. */
function rowsOf(view: View, measure: Measure): Measure[] {
  if (measure.kind !== 'module' && measure.kind !== 'score') return [measure];
  const known = new Set(view.explanation.values?.features);
  const features = view.explanation.descriptions[measure.module].topFeatures
    .map(({ feature }) => feature)
    .filter((feature) => known.has(feature))
    .slice(0, FEATURES);
  return features.length > 0 ? features.map((feature) => ({ kind: 'feature', feature })) : [measure];
}

function lineOf(
  view: View,
  measure: Measure,
  by: GroupColumn,
  split: GroupColumn | null,
  rows: Int32Array | null,
) {
  const groups = groupValues(measureValues(view, measure), by, split, rows);
  const figures = groups.map(groupFigures);
  const means = figures.map(({ mean }) => mean).filter((mean) => !Number.isNaN(mean));
  const [low, high] = [Math.min(...means), Math.max(...means)];
  return {
    name: measureName(view, measure),
    dots: groups.map(({ level, part }, at) => ({
      column: split ? `${level}, ${split.levels[part]}` : level,
      share: figures[at].aboveZero,
      mean: figures[at].mean,
      shade: high > low ? (figures[at].mean - low) / (high - low) : 0.5,
    })),
  };
}
