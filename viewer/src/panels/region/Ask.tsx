/** What makes the selected region: its modules, inside against outside, and its labels. */

import { useMemo } from 'preact/hooks';
import {
  describeRegion,
  levelsInRegion,
  type PresenceInRegion,
  type RegionAnswer,
  regionSentences,
} from 'whymap/lava';
import { categoryColor } from '../../derive/palette.js';
import { moduleName, type View } from '../../derive/view.js';
import { capitalized, decimal } from '../../derive/words.js';
import {
  kept,
  panel,
  type Region,
  region,
  selectedFeature,
  selectModule,
  selectRegion,
  theme,
} from '../../state/store.js';
import { Block } from '../parts/Block.js';
import { SamplePicture } from '../parts/Picture.js';
import { Compare } from './Compare.js';
import { FeatureDetail } from './FeatureDetail.js';
import { Markers } from './Markers.js';
import { PairScatter } from './PairScatter.js';
import { RegionBuilder } from './RegionBuilder.js';
import { RegionLevels } from './RegionLevels.js';

export function Ask({ view }: { view: View }) {
  const selected = region.value;
  const answer = useMemo(() => selected && answerOf(view, selected), [view, selected]);
  if (selectedFeature.value !== null) return <FeatureDetail view={view} feature={selectedFeature.value} />;
  if (!selected || !answer) return <AskHint view={view} />;
  const found = answer.modules;
  const single = selected.rows.length === 1;
  const [first, ...rest] = regionSentences(answer);
  return (
    <div class="detail">
      <nav class="detail-nav">
        <button type="button" class="text-button" onClick={() => selectRegion(null)}>
          Clear the selection
        </button>
        <KeepButton selected={selected} />
      </nav>
      <header class="region-title">
        {single && <SamplePicture view={view} row={selected.rows[0]} scale={3} />}
        <h2>{capitalized(selected.name)}</h2>
      </header>
      <p class="lead">{first}</p>
      <ul class="sentences">
        {rest.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <RegionBuilder view={view} />
      {kept.value && kept.value !== selected && <Compare view={view} first={kept.value} second={selected} />}
      <Present view={view} found={found} single={single} />
      {!single && <Markers view={view} region={selected} />}
      <PairScatter
        view={view}
        region={selected}
        modules={found.filter(({ presentInside }) => presentInside > 0).map(({ module }) => module)}
      />
      {!single && <RegionLevels view={view} rows={selected.rows} />}
    </div>
  );
}

/** The library's answer on a region. Its rows and labels are known here: of a million samples they take long to find again. */
function answerOf(view: View, { rows, name }: Region): RegionAnswer {
  const known = { ...view.mapped, labels: null };
  const answer = describeRegion(known, { kind: 'rows', rows: Array.from(rows) }, name);
  const levels = view.labels ? levelsInRegion(view.labels, rows) : [];
  return { ...answer, labels: levels.map(({ level, samples }) => ({ label: level, samples })) };
}

/** Keeps the region so that the next one is compared with it. */
function KeepButton({ selected }: { selected: Region }) {
  const isKept = kept.value === selected;
  return (
    <button
      type="button"
      class="text-button"
      aria-pressed={isKept}
      onClick={() => {
        kept.value = isKept ? null : selected;
      }}
    >
      {isKept ? 'Kept: select another to compare' : 'Keep, to compare with another'}
    </button>
  );
}

function AskHint({ view }: { view: View }) {
  return (
    <div class="empty">
      <h2>Ask what makes a region</h2>
      {kept.value && <p>Kept: {kept.value.name}. Select another region to compare the two.</p>}
      <p>
        Click a sample, a name on the map or an entry of the legend; draw a lasso around some samples (hold
        Shift and drag); or choose here.
      </p>
      <RegionBuilder view={view} />
      <p>
        The answer appears here: which modules are present, how that differs from the rest, and who the
        samples are.
      </p>
    </div>
  );
}

const SHOWN = 12;

function Present({
  view,
  found,
  single,
}: {
  view: View;
  found: readonly PresenceInRegion[];
  single: boolean;
}) {
  const top = Math.max(...found.map(({ inside, outside }) => Math.max(inside, outside)), 0.01);
  return (
    <Block
      title="Modules here"
      note={`Presence ${single ? 'at this sample' : 'on average in the region'} (bar) and in all other samples (mark).`}
    >
      <ul class="bars compare">
        {found.slice(0, SHOWN).map(({ module, inside, outside, presentInside }) => (
          <li key={module} class={presentInside > 0 ? '' : 'absent'}>
            <button
              type="button"
              class="bar-name link"
              onClick={() => {
                selectModule(module);
                panel.value = 'modules';
              }}
            >
              {moduleName(view.explanation, module)}
            </button>
            <span class="bar">
              <i
                style={{ width: `${(100 * inside) / top}%`, background: categoryColor(module, theme.value) }}
              />
              <b style={{ left: `${(100 * outside) / top}%` }} />
            </span>
            <span class="bar-value">
              {decimal(inside)} <small>/ {decimal(outside)}</small>
            </span>
          </li>
        ))}
      </ul>
    </Block>
  );
}
