/** The raw values of two features: samples of the region over all others, linked with the map. */
import { scaleLinear } from 'd3-scale';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { carriedCorrelation, carriedValues } from 'whymap/lava';
import { knownPairs, others, type Pair } from '../../derive/pairs.js';
import { categoryColor, NEUTRAL, type Theme } from '../../derive/palette.js';
import { samplesOf } from '../../derive/region-code.js';
import { sampleName, type View } from '../../derive/view.js';
import { count, featureName, signed } from '../../derive/words.js';
import { pair as chosen, hovered, type Region, theme } from '../../state/store.js';
import { Axes, PLOT, type Scales } from '../parts/Axes.js';
import { Block } from '../parts/Block.js';
import { scatterPixels } from './scatter-picture.js';

export interface PairScatterProps {
  readonly view: View;
  readonly region: Region;
  /** Modules of the region, strongest first: their leading pair is shown until another is chosen. */
  readonly modules: readonly number[];
}

export function PairScatter({ view, region, modules }: PairScatterProps) {
  const pairs = useMemo(() => knownPairs(view, modules, 8), [view, modules]);
  const pair = chosen.value ?? pairs[0]?.pair ?? null;
  const { values } = view.explanation;
  if (!values || values.features.length < 2 || !pair) return <NoValues view={view} />;
  const single = region.rows.length === 1;
  return (
    <Block
      title="Two features, sample by sample"
      note={
        single
          ? 'Raw values in the locality of this sample (colored) and everywhere else (gray).'
          : 'Raw values in the region (colored) and everywhere else (gray).'
      }
    >
      <PairChoice view={view} pair={pair} />
      <Scatter view={view} region={region} pair={pair} color={categoryColor(modules[0] ?? 0, theme.value)} />
      {values.features.length < view.explanation.featureNames.length && (
        <p class="note">
          This file holds the values of {count(values.features.length)} of{' '}
          {count(view.explanation.featureNames.length)} features, the leading ones of every module.
        </p>
      )}
    </Block>
  );
}

function NoValues({ view }: { view: View }) {
  const { values } = view.explanation;
  return (
    <Block title="Two features, sample by sample">
      <p class="note">
        {values
          ? 'No pair of a module that is present here has its raw values in this file: they were left out to keep it small. '
          : 'The raw values are not in this file. '}
        <code>whymap query</code> shows them from the data themselves.
      </p>
    </Block>
  );
}

function PairChoice({ view, pair }: { view: View; pair: Pair }) {
  const { values } = view.explanation;
  const options = [...(values?.features ?? [])];
  return (
    <div class="pair-choice">
      {(['Across', 'Up'] as const).map((name, side) => (
        <label key={name}>
          <span>{name}</span>
          <select
            value={pair[side]}
            onChange={(event) => {
              const feature = Number(event.currentTarget.value);
              chosen.value = side === 0 ? [feature, pair[1]] : [pair[0], feature];
            }}
          >
            {options.map((feature) => (
              <option key={feature} value={feature}>
                {featureName(view.explanation, feature)}
              </option>
            ))}
          </select>
        </label>
      ))}
    </div>
  );
}

interface ScatterProps {
  readonly view: View;
  readonly region: Region;
  readonly pair: Pair;
  readonly color: string;
}

function Scatter({ view, region, pair, color }: ScatterProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { explanation } = view;
  const inside = useMemo(() => samplesOf(view, region), [view, region]);
  const x = carriedValues(explanation, pair[0]);
  const y = carriedValues(explanation, pair[1]);
  const scales = useMemo(() => (x && y ? scalesOf(x, y) : null), [view, pair[0], pair[1]]);
  const figures = useMemo(
    () =>
      [inside, others(explanation.rows, inside)].map((rows) => carriedCorrelation(explanation, pair, rows)),
    [view, inside, pair[0], pair[1]],
  );
  const mode = theme.value;
  useLayoutEffect(() => {
    if (canvas.current && x && y && scales) draw(canvas.current, { x, y, scales, inside, color, mode });
  }, [scales, inside, color, mode]);
  if (!x || !y || !scales) return <NoValues view={view} />;
  const names = pair.map((feature) => featureName(explanation, feature));
  const near = (event: PointerEvent) => {
    hovered.value = nearest(event, { x, y, scales, inside });
  };
  return (
    <>
      <figure
        class="plot"
        onPointerMove={near}
        onPointerLeave={() => {
          hovered.value = -1;
        }}
      >
        <canvas ref={canvas} />
        <svg
          viewBox={`0 0 ${PLOT.width} ${PLOT.height}`}
          role="img"
          aria-label={`${names[1]} against ${names[0]}: ${sentence(figures, inside.length)}`}
        >
          <Axes scales={scales} names={[names[0], names[1]]} />
          {hovered.value >= 0 && (
            <circle class="ring" cx={scales.x(x[hovered.value])} cy={scales.y(y[hovered.value])} r={6}>
              <title>{sampleName(explanation, hovered.value)}</title>
            </circle>
          )}
        </svg>
      </figure>
      <p>{sentence(figures, inside.length)}</p>
    </>
  );
}

function sentence([inside, outside]: readonly (number | null)[], size: number): string {
  const correlationText = (value: number | null) =>
    value === null ? 'not defined, one of the two does not vary' : signed(value);
  return `Correlation inside (${count(size)} samples): ${correlationText(inside)}; everywhere else: ${correlationText(outside)}.`;
}

function scalesOf(x: ArrayLike<number>, y: ArrayLike<number>): Scales {
  const domain = (values: ArrayLike<number>): [number, number] => {
    let [low, high] = [Infinity, -Infinity];
    for (let row = 0; row < values.length; row++) {
      if (values[row] < low) low = values[row];
      if (values[row] > high) high = values[row];
    }
    return low < high ? [low, high] : [low - 1, high + 1];
  };
  return {
    x: scaleLinear(domain(x), [PLOT.left + 8, PLOT.width - PLOT.right]),
    y: scaleLinear(domain(y), [PLOT.height - PLOT.bottom - 8, PLOT.top]),
  };
}

interface Drawn {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly scales: Scales;
  readonly inside: Int32Array;
}

const RATIO = 2;

function draw(
  canvas: HTMLCanvasElement,
  { x, y, scales, inside, color, mode }: Drawn & { color: string; mode: Theme },
) {
  const context = canvas.getContext('2d');
  if (!context) return;
  const size = { width: PLOT.width, height: PLOT.height, ratio: RATIO };
  canvas.width = size.width * RATIO;
  canvas.height = size.height * RATIO;
  const [across, up] = [linear(scales.x), linear(scales.y)];
  const dots = { rows: x.length, x: (row: number) => across(x[row]), y: (row: number) => up(y[row]) };
  const pixels = scatterPixels({ ...dots, inside, color, ground: NEUTRAL[mode] }, size);
  context.putImageData(new ImageData(pixels, canvas.width, canvas.height), 0, 0);
}

/** A scale as a plain function, for a million values. */
function linear(scale: Scales['x']): (value: number) => number {
  const [zero, one] = [scale(0), scale(1)];
  return (value) => zero + (one - zero) * value;
}

/** The sample inside that is nearest to the pointer within 10 units, or -1. */
function nearest(event: PointerEvent, { x, y, scales, inside }: Drawn): number {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const px = ((event.clientX - box.left) / box.width) * PLOT.width;
  const py = ((event.clientY - box.top) / box.height) * PLOT.height;
  let best = -1;
  let least = 100;
  for (const row of inside) {
    const distance = (scales.x(x[row]) - px) ** 2 + (scales.y(y[row]) - py) ** 2;
    if (distance < least) [best, least] = [row, distance];
  }
  return best;
}
