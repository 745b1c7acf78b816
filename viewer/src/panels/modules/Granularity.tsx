/** How many modules: what each number holds on samples that were left out, and how modules of several levels relate. */
import { scaleLinear } from 'd3-scale';
import { line, linkHorizontal } from 'd3-shape';
import { useState } from 'preact/hooks';
import type { Granularity as Found } from 'whymap';
import { categoryColor, NEUTRAL } from '../../derive/palette.js';
import type { View } from '../../derive/view.js';
import { decimal, featureName, percent, plural } from '../../derive/words.js';
import { selectModule, theme } from '../../state/store.js';
import { shortened } from './ModuleCharts.js';

export function Granularity({ view }: { view: View }) {
  const { granularity } = view.explanation;
  if (!granularity) return null;
  return (
    <details class="granularity">
      <summary>
        Why {plural(granularity.chosen, 'module')}? <span class="note">Coarser and finer ones</span>
      </summary>
      <Curve granularity={granularity} />
      <Levels view={view} granularity={granularity} />
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

const ROW = 24;
const WIDTH = 460;
const BAR = 12;

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Link {
  readonly source: Point;
  readonly target: Point;
}

/** Levels side by side, coarse to fine; a line from each module to the one it comes from. */
function Levels({ view, granularity }: { view: View; granularity: Found }) {
  const { levels, links, chosen } = granularity;
  const [marked, setMarked] = useState<{ level: number; module: number } | null>(null);
  const most = Math.max(...levels.map(({ topFeatures }) => topFeatures.length));
  const height = most * ROW + 24;
  const across = scaleLinear([0, Math.max(1, levels.length - 1)], [0, WIDTH - 150]);
  const middle = (level: number, module: number) =>
    24 + ((module + 0.5) * (height - 24)) / Math.max(1, levels[level].topFeatures.length);
  const isMarked = (level: number, module: number) => marked?.level === level && marked.module === module;
  const path = linkHorizontal<Link, Point>()
    .x(({ x }) => x)
    .y(({ y }) => y);
  return (
    <figure class="figure">
      <svg class="chart levels" viewBox={`0 0 ${WIDTH} ${height}`}>
        <title>Modules at several granularities, and which comes from which</title>
        {links.map(({ level, coarse, fine, cosine }) => {
          const on = isMarked(level, coarse) || isMarked(level + 1, fine);
          const source = { x: across(level) + BAR, y: middle(level, coarse) };
          const target = { x: across(level + 1), y: middle(level + 1, fine) };
          return (
            <path
              key={`${level}-${fine}`}
              class={on ? 'link on' : 'link'}
              stroke-width={1 + 3 * cosine}
              d={path({ source, target }) ?? ''}
            >
              <title>{`likeness ${decimal(cosine)}`}</title>
            </path>
          );
        })}
        {levels.map(({ modules, topFeatures, share }, level) => (
          <g key={modules} transform={`translate(${across(level)},0)`}>
            <text class="level-name" y={12}>
              {plural(topFeatures.length, 'module')}
            </text>
            {topFeatures.map((features, module) => (
              <LevelNode
                key={features.join()}
                view={view}
                features={features}
                module={module}
                share={share[module]}
                y={middle(level, module)}
                current={modules === chosen && topFeatures.length === view.explanation.modules.count}
                mark={(on) => setMarked(on ? { level, module } : null)}
              />
            ))}
          </g>
        ))}
      </svg>
      <figcaption class="note">
        Point at a module to see where it comes from; open one of the chosen level.
      </figcaption>
    </figure>
  );
}

interface LevelNodeProps {
  readonly view: View;
  /** Leading features of the module. */
  readonly features: readonly number[];
  readonly module: number;
  /** Its share of association. */
  readonly share: number;
  /** Its middle, in pixels from the top. */
  readonly y: number;
  /** Whether its level is the one shown on the page: then it opens the module. */
  readonly current: boolean;
  mark(on: boolean): void;
}

/** A module of a level: a block with the names of its leading features. */
function LevelNode({ view, features, module, share, y, current, mark }: LevelNodeProps) {
  const names = features.map((feature) => featureName(view.explanation, feature));
  const open = () => current && selectModule(module);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a button where it opens a module, a picture elsewhere
    <g
      class={current ? 'node current' : 'node'}
      {...(current ? { role: 'button', tabIndex: 0 } : {})}
      onClick={open}
      onKeyDown={(event) => event.key === 'Enter' && open()}
      onMouseEnter={() => mark(true)}
      onMouseLeave={() => mark(false)}
      onFocus={() => mark(true)}
      onBlur={() => mark(false)}
    >
      <rect
        y={y - 7}
        width={BAR}
        height={14}
        rx={3}
        fill={current ? categoryColor(module, theme.value) : NEUTRAL[theme.value]}
      />
      <text x={BAR + 5} y={y} dy="0.35em">
        {current ? `M${module + 1} ` : ''}
        {shortened(names.slice(0, 2).join(', '), 18)}
      </text>
      <title>{`${names.join(', ')} (${percent(share)} of association)`}</title>
    </g>
  );
}
