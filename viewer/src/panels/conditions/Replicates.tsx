/** Every replicate of a compared module on one axis: the case above, the control below. */
import { scaleLinear } from 'd3-scale';
import type { ComparedRow } from 'whymap/lava';
import type { Comparison } from '../../derive/compared/conditions.js';
import { SIGN_COLORS } from '../../derive/palette.js';
import { decimal, signed } from '../../derive/words.js';
import { theme } from '../../state/store.js';
import { widestOf } from '../parts/text-width.js';

const SIZE = { width: 380, height: 112, right: 18, case: 28, control: 58, axis: 80 } as const;
/** Letters of the name of a side that are drawn. */
const LETTERS = 22;

const shortly = (name: string): string =>
  name.length > LETTERS ? `${name.slice(0, LETTERS - 1)}\u2026` : name;

/** What is drawn of every replicate. */
export type UnitMeasure = 'presence' | 'relativeScore';

/** How a measure is called. */
export const MEASURE_WORDS: Readonly<Record<UnitMeasure, string>> = {
  presence: 'presence',
  relativeScore: 'relative score',
};

/** What the verdict of a row rests on. */
export const decidedBy = ({ verdict }: ComparedRow): UnitMeasure =>
  verdict === 'up' || verdict === 'down' ? 'relativeScore' : 'presence';

interface ReplicatesProps {
  readonly row: ComparedRow;
  readonly found: Comparison;
  readonly what: UnitMeasure;
}

export function Replicates({ row, found, what }: ReplicatesProps) {
  const units = row.units.flatMap((unit) => {
    const value = unit[what];
    return value === null ? [] : [{ ...unit, value }];
  });
  const values = units.map(({ value }) => value);
  const names = [found.case, found.control].map(shortly);
  const left = widestOf(names, '12px') + 20;
  const x = scaleLinear([Math.min(0, ...values), Math.max(0.01, ...values)], [left, SIZE.width - SIZE.right]);
  const { together, opposed } = SIGN_COLORS[theme.value];
  const side = (isCase: boolean) => units.filter((unit) => unit.isCase === isCase);
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
      role="img"
      aria-label={`${MEASURE_WORDS[what]} of ${row.module} in each replicate: ${side(true).length} of ${found.case}, ${side(false).length} of ${found.control}`}
    >
      <text x="0" y={SIZE.case + 4}>
        {names[0]}
      </text>
      <text x="0" y={SIZE.control + 4}>
        {names[1]}
      </text>
      <line class="chosen" x1={x(0)} x2={x(0)} y1={SIZE.case - 16} y2={SIZE.axis} />
      <line class="chosen" x1={left} x2={SIZE.width - SIZE.right} y1={SIZE.axis} y2={SIZE.axis} />
      {x.ticks(5).map((tick) => (
        <text key={tick} x={x(tick)} y={SIZE.axis + 14} text-anchor="middle">
          {decimal(tick)}
        </text>
      ))}
      <text x={(left + SIZE.width - SIZE.right) / 2} y={SIZE.height - 3} text-anchor="middle">
        {MEASURE_WORDS[what]} of {row.module} in each replicate
      </text>
      {units.map(({ replicate, isCase, value }) => (
        <circle
          key={`${replicate} ${isCase}`}
          cx={x(value)}
          cy={isCase ? SIZE.case : SIZE.control}
          r={6}
          fill={isCase ? together : opposed}
          fill-opacity={0.75}
        >
          <title>{`${replicate}: ${signed(value)}`}</title>
        </circle>
      ))}
    </svg>
  );
}
