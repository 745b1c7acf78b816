/** Two regions beside each other: the modules of both, and which pairs of features they share. */

import { scaleLinear } from 'd3-scale';
import { useMemo } from 'preact/hooks';
import { compareRegions, comparisonSentences } from 'whymap/lava';
import { carriedTable } from '../../derive/compared/carried-table.js';
import { type ComparedPair, comparedPairs, different, shared } from '../../derive/pairs.js';
import { categoryColor } from '../../derive/palette.js';
import { samplesOf } from '../../derive/region-code.js';
import type { View } from '../../derive/view.js';
import { count, featureName, signed } from '../../derive/words.js';
import { pair as chosen, kept, type Region, region, theme } from '../../state/store.js';
import { Axes, PLOT, type Scales } from '../parts/Axes.js';
import { Block } from '../parts/Block.js';
import { SaveFigure } from '../parts/SaveFigure.js';

const LISTED = 5;

export function Compare({ view, first, second }: { view: View; first: Region; second: Region }) {
  const rows = useMemo(() => [samplesOf(view, first), samplesOf(view, second)], [view, first, second]);
  const pairs = useMemo(() => comparedPairs(view, rows[0], rows[1]), [view, rows]);
  return (
    <Block title="Compared with the kept region" note={`First: ${first.name}. Second: ${second.name}.`}>
      <Sentences view={view} first={first} second={second} />
      {pairs.length > 0 ? (
        <>
          <SaveFigure name={`${first.name} and ${second.name}`}>
            <Figure view={view} pairs={pairs} />
          </SaveFigure>
          <PairList
            view={view}
            title="Shared: they go together in the same way in both"
            pairs={shared(pairs)}
          />
          <PairList view={view} title="Different" pairs={different(pairs)} />
        </>
      ) : (
        <p class="note">
          No pair of features can be compared: their raw values are not in this file, or they differ in too
          few samples of either region. <code>whymap query</code> compares from the data themselves.
        </p>
      )}
      <button
        type="button"
        class="button"
        onClick={() => {
          [kept.value, region.value] = [second, first];
        }}
      >
        Swap the two
      </button>
    </Block>
  );
}

/** The library's sentences on the two regions, as `whymap query --and` with `--features` prints them. */
function Sentences({ view, first, second }: { view: View; first: Region; second: Region }) {
  const found = useMemo(
    () =>
      compareRegions(
        view.mapped,
        { first: first.parsed, second: second.parsed },
        carriedTable(view.explanation),
      ),
    [view, first, second],
  );
  const named = {
    ...found,
    first: { ...found.first, region: first.name },
    second: { ...found.second, region: second.name },
  };
  return (
    <ul class="sentences">
      {comparisonSentences(named).map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

const SCALES: Scales = {
  x: scaleLinear([-1, 1], [PLOT.left + 8, PLOT.width - PLOT.right]),
  y: scaleLinear([-1, 1], [PLOT.height - PLOT.bottom - 8, PLOT.top]),
};

/** Each leading pair at its correlation in the first region (across) and the second (up): on the diagonal both agree. */
function Figure({ view, pairs }: { view: View; pairs: readonly ComparedPair[] }) {
  const { x, y } = SCALES;
  return (
    <figure class="plot">
      <svg
        viewBox={`0 0 ${PLOT.width} ${PLOT.height}`}
        role="img"
        aria-label={`Correlation of ${count(pairs.length)} pairs in the first and the second region`}
      >
        <line class="guide" x1={x(-1)} y1={y(-1)} x2={x(1)} y2={y(1)} />
        <line class="guide" x1={x(0)} y1={y(-1)} x2={x(0)} y2={y(1)} />
        <line class="guide" x1={x(-1)} y1={y(0)} x2={x(1)} y2={y(0)} />
        <Axes scales={SCALES} names={['correlation in the first', 'in the second']} />
        {pairs.map((entry) => (
          <circle
            key={entry.pair.join()}
            cx={x(entry.first)}
            cy={y(entry.second)}
            r={4}
            fill={categoryColor(entry.module, theme.value)}
          >
            <title>{`${nameOf(view, entry)}: ${signed(entry.first)} and ${signed(entry.second)}`}</title>
          </circle>
        ))}
      </svg>
    </figure>
  );
}

const nameOf = (view: View, { pair }: ComparedPair) =>
  pair.map((feature) => featureName(view.explanation, feature)).join(' \u00b7 ');

function PairList({ view, title, pairs }: { view: View; title: string; pairs: readonly ComparedPair[] }) {
  return (
    <>
      <h4>{title}</h4>
      {pairs.length === 0 && <p class="note">None of the leading pairs.</p>}
      <ul class="pairs">
        {pairs.slice(0, LISTED).map((entry) => (
          <li key={entry.pair.join()}>
            <button
              type="button"
              class="bar-name link"
              onClick={() => {
                chosen.value = entry.pair;
              }}
            >
              {nameOf(view, entry)}
            </button>
            <span class="bar-value">
              {signed(entry.first)} / {signed(entry.second)}
            </span>
          </li>
        ))}
      </ul>
      {pairs.length > LISTED && <p class="note">and {count(pairs.length - LISTED)} more in the figure</p>}
    </>
  );
}
