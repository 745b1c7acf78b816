/** How many modules: what each number holds on samples that were left out. */
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { Granularity as Found } from 'whymap';
import type { View } from '../../derive/view.js';
import { decimal, percent, plural } from '../../derive/words.js';

export function Granularity({ view }: { view: View }) {
  const { granularity } = view.explanation;
  if (!granularity) return null;
  return (
    <details class="granularity">
      <summary>Why {plural(granularity.chosen, 'module')}?</summary>
      <Curve granularity={granularity} />
    </details>
  );
}

const CURVE = { width: 440, height: 178, left: 40, right: 12, top: 12, bottom: 38 };

const LINES = [
  { key: 'heldOut', name: 'explained on samples left out', dash: undefined },
  { key: 'explained', name: 'explained on the samples fitted', dash: '2 3' },
  { key: 'stability', name: 'likeness of the modules of two halves', dash: '7 4' },
] as const;

function Curve({ granularity }: { granularity: Found }) {
  const { curve, chosen } = granularity;
  const { width, height, left, right, top, bottom } = CURVE;
  const x = scaleLinear([1, Math.max(2, curve.at(-1)?.modules ?? 2)], [left, width - right]);
  const lowest = Math.min(0, ...curve.map(({ heldOut }) => heldOut));
  const y = scaleLinear([lowest, 1], [height - bottom, top]);
  return (
    <figure class="figure">
      <svg
        class="chart"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`By number of modules: ${curve.map((point) => `${point.modules}: ${percent(point.heldOut)} on samples left out, likeness ${decimal(point.stability)}`).join('; ')}`}
      >
        {y.ticks(4).map((tick) => (
          <g key={tick} class="tick">
            <line x1={left} x2={width - right} y1={y(tick)} y2={y(tick)} />
            <text x={left - 6} y={y(tick)} dy="0.35em" text-anchor="end">
              {tick}
            </text>
          </g>
        ))}
        {x.ticks(8).map((tick) => (
          <text key={tick} x={x(tick)} y={height - 21} text-anchor="middle">
            {tick}
          </text>
        ))}
        <text x={(left + width - right) / 2} y={height - 3} text-anchor="middle">
          modules
        </text>
        <line class="chosen" x1={x(chosen)} x2={x(chosen)} y1={top} y2={height - bottom} />
        {LINES.map(({ key, dash }) => (
          <path
            key={key}
            class={`curve ${key}`}
            stroke-dasharray={dash}
            d={
              line<Found['curve'][number]>(
                (point) => x(point.modules),
                (point) => y(point[key]),
              )([...curve]) ?? ''
            }
          />
        ))}
      </svg>
      <figcaption class="keys">
        {LINES.map(({ key, name, dash }) => (
          <span key={key}>
            <svg class="chart key" viewBox="0 0 26 8" width="26" height="8" aria-hidden="true">
              <path class={`curve ${key}`} stroke-dasharray={dash} d="M0 4H26" />
            </svg>
            {name}
          </span>
        ))}
        <span>upright line: chosen</span>
      </figcaption>
    </figure>
  );
}
