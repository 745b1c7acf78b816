/** The charts of a module: which of its features go together (matrix and graph), and how much of it samples have. */
import { scaleBand, scaleLinear } from 'd3-scale';
import { useMemo, useState } from 'preact/hooks';
import { featureGraph, featureMatrix, presenceBins } from '../../derive/module-features.js';
import { categoryColor, NEUTRAL, SIGN_COLORS, signColor } from '../../derive/palette.js';
import type { View } from '../../derive/view.js';
import { count, decimal, featureName, plural, signed } from '../../derive/words.js';
import { theme } from '../../state/store.js';
import { Block } from '../parts/Block.js';
import { SaveFigure } from '../parts/SaveFigure.js';
import { widestOf } from '../parts/text-width.js';

const MATRIX_FEATURES = 12;

interface ChartProps {
  readonly view: View;
  readonly module: number;
}

/** Nothing for pixels, of which the picture says more, and for modules of fewer than three features. */
export function FeatureCharts({ view, module }: ChartProps) {
  const { descriptions, image } = view.explanation;
  const [kind, setKind] = useState<'matrix' | 'graph'>('matrix');
  const { features } = featureMatrix(descriptions[module], MATRIX_FEATURES);
  if (image || features.length < 3) return null;
  return (
    <Block
      title="How its features go together"
      note="Mean correlation where the module is present; blue together, orange in opposite directions."
    >
      <fieldset class="switch" aria-label="Kind of chart">
        {(['matrix', 'graph'] as const).map((each) => (
          <button
            key={each}
            type="button"
            class="text-button"
            aria-pressed={kind === each}
            onClick={() => setKind(each)}
          >
            {each === 'matrix' ? 'Matrix' : 'Graph'}
          </button>
        ))}
      </fieldset>
      <SaveFigure name={`${descriptions[module].id} ${kind}`}>
        {kind === 'matrix' ? <Matrix view={view} module={module} /> : <Graph view={view} module={module} />}
      </SaveFigure>
    </Block>
  );
}

const CELL = 28;
const NAMES = 132;
/** What a slanted name takes of its length upwards. */
const RISE = 0.72;

function Matrix({ view, module }: ChartProps) {
  const { descriptions } = view.explanation;
  const nameOf = (feature: number) => featureName(view.explanation, feature);
  const { features, correlations } = featureMatrix(descriptions[module], MATRIX_FEATURES);
  const size = features.length;
  const band = scaleBand<number>([...features.keys()], [0, size * CELL]).paddingInner(0.06);
  const names = features.map((feature) => shortened(nameOf(feature), 16));
  const slant = 18 + widestOf(names, '12px') * RISE;
  const width = NAMES + size * CELL + slant;
  const height = slant + size * CELL + KEY;
  const cell = band.bandwidth();
  return (
    <svg
      class="chart matrix"
      viewBox={`0 0 ${width} ${height}`}
      style={{ maxWidth: `${width}px` }}
      role="img"
      aria-label={`Correlations of ${size} features; the list of pairs below has the same figures`}
    >
      {features.map((feature, i) => (
        <MatrixNames key={feature} name={nameOf(feature)} at={(band(i) ?? 0) + cell / 2} top={slant} />
      ))}
      {features.flatMap((a, i) =>
        features.map((b, j) => {
          const value = correlations[i * size + j];
          const known = !Number.isNaN(value);
          return (
            <rect
              key={`${a}-${b}`}
              x={NAMES + (band(j) ?? 0)}
              y={slant + (band(i) ?? 0)}
              width={cell}
              height={cell}
              rx={2}
              class={i === j ? 'self' : undefined}
              fill={i === j || !known ? undefined : signColor(value, theme.value)}
            >
              <title>
                {i === j
                  ? nameOf(a)
                  : `${nameOf(a)} and ${nameOf(b)}: ${known ? signed(value) : 'not described'}`}
              </title>
            </rect>
          );
        }),
      )}
      <SignKey left={NAMES} top={slant + size * CELL + 14} width={size * CELL} />
    </svg>
  );
}

/** The name of a feature beside its row and, slanted, above its column. @param at the middle of both. */
function MatrixNames({ name, at, top }: { name: string; at: number; top: number }) {
  return (
    <g>
      <text x={NAMES - 8} y={top + at} dy="0.35em" text-anchor="end">
        {shortened(name, 18)}
        <title>{name}</title>
      </text>
      <text transform={`translate(${NAMES + at},${top - 6}) rotate(-45)`}>
        {shortened(name, 16)}
        <title>{name}</title>
      </text>
    </g>
  );
}

const KEY = 42;
const KEY_STEPS = 21;

/** What the colors of the matrix mean; part of the picture, so that it is saved with it. */
function SignKey({ left, top, width }: { left: number; top: number; width: number }) {
  const wide = Math.min(168, width);
  return (
    <g class="key" transform={`translate(${left},${top})`}>
      {Array.from({ length: KEY_STEPS }, (_, step) => (
        <rect
          key={step}
          x={(step * wide) / KEY_STEPS}
          width={wide / KEY_STEPS + 0.5}
          height={9}
          fill={signColor((2 * step) / (KEY_STEPS - 1) - 1, theme.value)}
        />
      ))}
      {[-1, 0, 1].map((value) => (
        <text key={value} x={((value + 1) / 2) * wide} y={22} text-anchor="middle">
          {value === 0 ? '0' : signed(value).replace('.00', '')}
        </text>
      ))}
      <text x={wide + 12} y={8}>
        correlation
      </text>
    </g>
  );
}

const GRAPH = { width: 440, height: 300 };

function Graph({ view, module }: ChartProps) {
  const { descriptions } = view.explanation;
  const nameOf = (feature: number) => featureName(view.explanation, feature);
  const graph = useMemo(() => featureGraph(descriptions[module], MATRIX_FEATURES, GRAPH), [view, module]);
  const signs = SIGN_COLORS[theme.value];
  const radius = scaleLinear([0, 1], [4, 9]);
  return (
    <>
      <svg
        class="chart graph"
        viewBox={`0 0 ${GRAPH.width} ${GRAPH.height}`}
        role="img"
        aria-label={`Graph of ${graph.nodes.length} features and ${graph.edges.length} pairs; the list of pairs below has the same figures`}
      >
        {graph.edges.map(({ from, to, pair }) => (
          <line
            key={`${pair.a}-${pair.b}`}
            x1={from.x}
            y1={from.y}
            x2={to.x}
            y2={to.y}
            stroke={pair.correlation < 0 ? signs.opposed : signs.together}
            stroke-width={1 + 4 * Math.abs(pair.correlation)}
            stroke-dasharray={pair.correlation < 0 ? '6 3' : undefined}
          >
            <title>{`${nameOf(pair.a)} and ${nameOf(pair.b)}: ${signed(pair.correlation)}`}</title>
          </line>
        ))}
        {graph.nodes.map(({ feature, loading, x, y }) => {
          const right = x > GRAPH.width / 2;
          const beside = radius(loading) + 4;
          return (
            <g key={feature}>
              <circle cx={x} cy={y} r={radius(loading)} fill={categoryColor(module, theme.value)}>
                <title>{`${nameOf(feature)}: ${decimal(loading)}`}</title>
              </circle>
              <text
                x={right ? x + beside : x - beside}
                y={y}
                dy="0.35em"
                text-anchor={right ? 'start' : 'end'}
              >
                {shortened(nameOf(feature), 16)}
              </text>
            </g>
          );
        })}
      </svg>
      <p class="note">
        Dots: larger is more of the module. Lines: thicker is a stronger correlation, dashed is opposite.
        {graph.left > 0 && ` The ${plural(graph.left, 'weaker pair')} are left out; the matrix has all.`}
      </p>
    </>
  );
}

const HISTOGRAM = { width: 440, height: 120, left: 40, bottom: 22, top: 8, right: 8 };

export function PresenceHistogram({ view, module }: ChartProps) {
  const column = view.presence[module];
  const { bins, without } = useMemo(() => presenceBins(column), [column]);
  const { width, height, left, bottom, top, right } = HISTOGRAM;
  const x = scaleLinear([0, column.top], [left, width - right]);
  const most = Math.max(1, ...bins.map((each) => each.count));
  const y = scaleLinear([0, most], [height - bottom, top]).nice(3);
  const color = categoryColor(module, theme.value);
  const cut = Number.isFinite(column.cut) ? Math.min(column.cut, column.top) : null;
  return (
    <Block
      title="How much of it samples have"
      note={`Presence of the module at each sample. Colored: counted as present.${without > 0 ? ` ${plural(without, 'sample has', 'samples have')} none at all and are not drawn.` : ''}`}
    >
      <svg
        class="chart histogram"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Histogram of the presence of the module over samples, from 0 to ${decimal(column.top)}`}
      >
        {y.ticks(3).map((tick) => (
          <g key={tick} class="tick">
            <line x1={left} x2={width - right} y1={y(tick)} y2={y(tick)} />
            <text x={left - 6} y={y(tick)} dy="0.35em" text-anchor="end">
              {count(tick)}
            </text>
          </g>
        ))}
        {bins.map(({ from, to, count: samples }) => (
          <rect
            key={from}
            x={x(from) + 0.5}
            width={Math.max(0, x(to) - x(from) - 1)}
            y={y(samples)}
            height={y(0) - y(samples)}
            fill={cut !== null && to > cut ? color : NEUTRAL[theme.value]}
          >
            <title>{`${decimal(from)} to ${decimal(to)}: ${plural(samples, 'sample')}`}</title>
          </rect>
        ))}
        {x.ticks(5).map((tick) => (
          <text key={tick} x={x(tick)} y={height - 6} text-anchor="middle">
            {decimal(tick)}
          </text>
        ))}
      </svg>
    </Block>
  );
}

export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}\u2026`;
}
