/** Histograms of one value by groups, by d3's scales. */
import { max } from 'd3-array';
import { type ScaleLinear, scaleLinear } from 'd3-scale';
import { histogramOf, rangeOf } from '../../derive/groups.js';
import { count, decimal } from '../../derive/words.js';
import { theme } from '../../state/store.js';
import { widestOf } from '../parts/text-width.js';
import {
  CHART,
  clipped,
  colorOf,
  describe,
  type GroupChartProps,
  legendHeight,
  levelsOf,
  PartLegend,
} from './GroupCharts.js';

const LANE = 58;
const shownLevel = (level: string) => clipped(level, 20);

interface LaneProps {
  readonly bins: ReturnType<typeof histogramOf>;
  /** The largest share of a bin in any lane. */
  readonly most: number;
  readonly x: ScaleLinear<number, number>;
  readonly base: number;
  readonly color: string;
  readonly name: string;
}

/** The bars of one group. */
function Lane({ bins, most, x, base, color, name }: LaneProps) {
  const heightOf = (share: number) => ((LANE - 12) * share) / most;
  return (
    <g>
      {bins.map(({ from, to, share, count: samples }) => (
        <rect
          key={from}
          x={x(from) + 0.5}
          width={Math.max(0.5, x(to) - x(from) - 1)}
          y={base - heightOf(share)}
          height={heightOf(share)}
          fill={color}
          fill-opacity={0.7}
        >
          <title>{`${name}, ${decimal(from)} to ${decimal(to)}: ${count(samples)}`}</title>
        </rect>
      ))}
    </g>
  );
}

/** One lane a level, on one scale; parts of a level drawn over each other. */
export function Histograms({ groups, by, split, name }: GroupChartProps) {
  const levels = levelsOf(groups);
  const range = rangeOf(groups);
  const left = 14 + widestOf(levels.map(shownLevel), '12px');
  const x = scaleLinear(range, [left, CHART.width - CHART.right]);
  const bins = groups.map((group) => histogramOf(group, range));
  const most = max(bins.flat(), ({ share }) => share) ?? 1;
  const height = CHART.top + LANE * levels.length + 44 + legendHeight(split);
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${CHART.width} ${height}`}
      role="img"
      aria-label={`Histograms of ${name} by ${by.name}: ${groups.map((group) => describe(group, split)).join('; ')}`}
    >
      {groups.map((group, at) => (
        <Lane
          key={`${group.level} ${group.part}`}
          bins={bins[at]}
          most={most}
          x={x}
          base={CHART.top + LANE * (levels.indexOf(group.level) + 1) - 4}
          color={colorOf(group, by, split, theme.value)}
          name={group.level}
        />
      ))}
      {levels.map((level, at) => (
        <g key={level} class="tick">
          <line
            x1={left}
            x2={CHART.width - CHART.right}
            y1={CHART.top + LANE * (at + 1) - 4}
            y2={CHART.top + LANE * (at + 1) - 4}
          />
          <text x={left - 6} y={CHART.top + LANE * (at + 1) - 8} text-anchor="end">
            {shownLevel(level)}
            <title>{level}</title>
          </text>
        </g>
      ))}
      {x.ticks(5).map((tick) => (
        <text key={tick} x={x(tick)} y={CHART.top + LANE * levels.length + 14} text-anchor="middle">
          {x.tickFormat(5)(tick)}
        </text>
      ))}
      <text
        class="axis-name"
        x={(left + CHART.width - CHART.right) / 2}
        y={CHART.top + LANE * levels.length + 34}
        text-anchor="middle"
      >
        {clipped(name, 44)}
      </text>
      <PartLegend split={split} top={height - legendHeight(split)} />
    </svg>
  );
}
