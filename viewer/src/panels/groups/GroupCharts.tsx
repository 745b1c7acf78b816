/** Violins of one value by groups, by d3's scales and shapes; what violins and histograms share. */
import { max } from 'd3-array';
import { type ScaleBand, type ScaleLinear, scaleBand, scaleLinear } from 'd3-scale';
import { area, curveBasis } from 'd3-shape';
import type { GroupColumn } from '../../derive/columns.js';
import { densityOf, type Group, groupFigures, rangeOf } from '../../derive/groups.js';
import { categoryColor, type Theme } from '../../derive/palette.js';
import { decimal, plural } from '../../derive/words.js';
import { theme } from '../../state/store.js';
import { textWidth, widestOf } from '../parts/text-width.js';

export interface GroupChartProps {
  readonly groups: readonly Group[];
  readonly by: GroupColumn;
  readonly split: GroupColumn | null;
  readonly name: string;
}

export const CHART = { width: 460, left: 60, right: 10, top: 10, plot: 230 } as const;
const FONT = '12px';
const ROW = 18;

/** The text, cut to a number of characters. */
export const clipped = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}\u2026` : text;

/** Levels in the order of the column, of which there are groups. */
export const levelsOf = (groups: readonly Group[]): string[] => [
  ...new Set(groups.map(({ level }) => level)),
];

/** The color of a group: of its part where groups are split, else of its level. */
export function colorOf(group: Group, by: GroupColumn, split: GroupColumn | null, mode: Theme): string {
  return categoryColor(split ? group.part : by.levels.indexOf(group.level), mode);
}

export function Violins({ groups, by, split, name }: GroupChartProps) {
  const levels = levelsOf(groups);
  const range = rangeOf(groups);
  const x = scaleBand(levels, [CHART.left, CHART.width - CHART.right]).padding(0.12);
  const y = scaleLinear(range, [CHART.top + CHART.plot, CHART.top]).nice(5);
  const parts = scaleBand([...Array(split?.levels.length ?? 1).keys()], [0, x.bandwidth()]).paddingInner(
    0.06,
  );
  const slanted = levels.some((level) => textWidth(level, FONT) + 6 > x.step());
  const names = slanted
    ? 0.72 *
        widestOf(
          levels.map((level) => clipped(level, 24)),
          FONT,
        ) +
      18
    : 22;
  const height = CHART.top + CHART.plot + names + legendHeight(split);
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${CHART.width} ${height}`}
      role="img"
      aria-label={`${name} by ${by.name}: ${groups.map((group) => describe(group, split)).join('; ')}`}
    >
      <ValueTicks y={y} />
      <text
        class="axis-name"
        transform={`translate(14,${CHART.top + CHART.plot / 2}) rotate(-90)`}
        text-anchor="middle"
      >
        {clipped(name, 38)}
      </text>
      {groups.map((group) => (
        <Violin
          key={`${group.level} ${group.part}`}
          group={group}
          y={y}
          middle={(x(group.level) ?? 0) + (parts(group.part) ?? 0) + parts.bandwidth() / 2}
          half={parts.bandwidth() / 2}
          color={colorOf(group, by, split, theme.value)}
          title={describe(group, split)}
        />
      ))}
      <LevelNames levels={levels} x={x} slanted={slanted} />
      <PartLegend split={split} top={height - legendHeight(split)} />
    </svg>
  );
}

export const describe = (group: Group, split: GroupColumn | null): string => {
  const { samples, quartiles, mean } = groupFigures(group);
  const part = split ? ` ${split.levels[group.part]}` : '';
  return `${group.level}${part}: ${plural(samples, 'sample')}, median ${decimal(quartiles[1])}, mean ${decimal(mean)}`;
};

function ValueTicks({ y }: { y: ScaleLinear<number, number> }) {
  return (
    <>
      {y.ticks(5).map((tick) => (
        <g key={tick} class="tick">
          <line x1={CHART.left} x2={CHART.width - CHART.right} y1={y(tick)} y2={y(tick)} />
          <text x={CHART.left - 6} y={y(tick)} dy="0.35em" text-anchor="end">
            {y.tickFormat(5)(tick)}
          </text>
        </g>
      ))}
    </>
  );
}

interface ViolinProps {
  readonly group: Group;
  readonly y: ScaleLinear<number, number>;
  readonly middle: number;
  readonly half: number;
  readonly color: string;
  readonly title: string;
}

/** Density to both sides, the quartiles as a bar and the median as a dot; few samples as dots. */
function Violin({ group, y, middle, half, color, title }: ViolinProps) {
  const { quartiles } = groupFigures(group);
  const [low, high] = y.domain();
  const points = group.values.length >= FEW ? densityOf(group.values, [low, high]) : [];
  const widest = max(points, ([, density]) => density) ?? 1;
  return (
    <g>
      <title>{title}</title>
      {points.length > 0 ? (
        <path d={violinPath(points, y, middle, half / widest)} fill={color} fill-opacity={0.75} />
      ) : (
        [...group.values].map((value, at) => (
          <circle key={at} cx={middle} cy={y(value)} r={2.5} fill={color} />
        ))
      )}
      {group.values.length >= FEW && (
        <>
          <line class="quartiles" x1={middle} x2={middle} y1={y(quartiles[0])} y2={y(quartiles[2])} />
          <circle class="median" cx={middle} cy={y(quartiles[1])} r={2.8} />
        </>
      )}
    </g>
  );
}

/** Groups with fewer samples have no shape worth drawing. */
const FEW = 5;

/** The outline of a violin: upwards along one side of the middle, and back along the other. */
function violinPath(
  points: readonly [number, number][],
  y: ScaleLinear<number, number>,
  middle: number,
  scale: number,
): string {
  const outline = area<[number, number]>()
    .x0(([, density]) => middle - density * scale)
    .x1(([, density]) => middle + density * scale)
    .y(([value]) => y(value))
    .curve(curveBasis);
  return outline([...points]) ?? '';
}

function LevelNames({
  levels,
  x,
  slanted,
}: {
  levels: readonly string[];
  x: ScaleBand<string>;
  slanted: boolean;
}) {
  const top = CHART.top + CHART.plot + 14;
  return (
    <>
      {levels.map((level) => {
        const middle = (x(level) ?? 0) + x.bandwidth() / 2;
        const shown = clipped(level, 24);
        return slanted ? (
          <text key={level} transform={`translate(${middle + 4},${top - 4}) rotate(-45)`} text-anchor="end">
            {shown}
            <title>{level}</title>
          </text>
        ) : (
          <text key={level} x={middle} y={top} text-anchor="middle">
            {shown}
          </text>
        );
      })}
    </>
  );
}

export const legendHeight = (split: GroupColumn | null): number =>
  split ? ROW * Math.ceil(split.levels.length / legendColumns(split)) + 8 : 0;

const legendColumns = (split: GroupColumn): number =>
  Math.max(1, Math.floor((CHART.width - CHART.left) / (28 + widestOf(split.levels, FONT))));

/** Which color is which level of the column that splits; part of the picture, so that it is saved with it. */
export function PartLegend({ split, top }: { split: GroupColumn | null; top: number }) {
  if (!split) return null;
  const columns = legendColumns(split);
  const each = (CHART.width - CHART.left) / columns;
  return (
    <g>
      {split.levels.map((level, at) => {
        const [left, y] = [CHART.left + (at % columns) * each, top + 14 + ROW * Math.floor(at / columns)];
        return (
          <g key={level}>
            <circle cx={left + 5} cy={y - 4} r={5} fill={categoryColor(at, theme.value)} />
            <text x={left + 15} y={y}>
              {level}
            </text>
          </g>
        );
      })}
    </g>
  );
}
