/** Two axes with names, by d3: the frame of the scatter plots. */
import { axisBottom, axisLeft } from 'd3-axis';
import type { ScaleLinear } from 'd3-scale';
import { select } from 'd3-selection';
import { useLayoutEffect, useRef } from 'preact/hooks';

export const PLOT = { width: 460, height: 330, left: 52, right: 14, top: 12, bottom: 44 } as const;

export interface Scales {
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
}

export function Axes({ scales, names }: { scales: Scales; names: readonly [string, string] }) {
  const across = useRef<SVGGElement>(null);
  const up = useRef<SVGGElement>(null);
  useLayoutEffect(() => {
    if (across.current) select(across.current).call(axisBottom(scales.x).ticks(6).tickSizeOuter(0));
    if (up.current) select(up.current).call(axisLeft(scales.y).ticks(5).tickSizeOuter(0));
  }, [scales]);
  const { width, height, left, right, top, bottom } = PLOT;
  return (
    <g class="axes">
      <g ref={across} transform={`translate(0,${height - bottom})`} />
      <g ref={up} transform={`translate(${left},0)`} />
      <text x={(left + width - right) / 2} y={height - 6} text-anchor="middle">
        {names[0]}
      </text>
      <text transform={`translate(12,${(top + height - bottom) / 2}) rotate(-90)`} text-anchor="middle">
        {names[1]}
      </text>
    </g>
  );
}
