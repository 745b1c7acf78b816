/** What makes the selected region: its modules, inside against outside, and its labels. */

import { levelsInRegion, modulesInRegion, type PresenceInRegion } from 'whymap/lava';
import { categoryColor } from '../derive/palette.js';
import { regionOf } from '../derive/region-code.js';
import { moduleName, type View } from '../derive/view.js';
import { count, decimal, listed, percent } from '../derive/words.js';
import {
  kept,
  panel,
  type Region,
  region,
  selectedFeature,
  selectModule,
  selectRegion,
  theme,
} from '../state/store.js';
import { Bars } from './Bars.js';
import { Block } from './Block.js';
import { Compare } from './Compare.js';
import { FeatureDetail } from './FeatureDetail.js';
import { PairScatter } from './PairScatter.js';
import { SamplePicture } from './Picture.js';

export function Ask({ view }: { view: View }) {
  const selected = region.value;
  if (selectedFeature.value !== null) return <FeatureDetail view={view} feature={selectedFeature.value} />;
  if (!selected) return <AskHint />;
  const found = modulesInRegion(view.explanation, selected.rows);
  return (
    <div class="detail">
      <nav class="detail-nav">
        <button type="button" class="text-button" onClick={() => selectRegion(null)}>
          Clear the selection
        </button>
        <KeepButton selected={selected} />
      </nav>
      <header class="region-title">
        {selected.rows.length === 1 && <SamplePicture view={view} row={selected.rows[0]} scale={3} />}
        <h2>{capitalized(selected.name)}</h2>
      </header>
      <p class="lead">{answer(view, selected, found)}</p>
      {kept.value && kept.value !== selected && <Compare view={view} first={kept.value} second={selected} />}
      <Present view={view} found={found} single={selected.rows.length === 1} />
      <PairScatter
        view={view}
        region={selected}
        modules={found.filter(({ presentInside }) => presentInside > 0).map(({ module }) => module)}
      />
      {view.explanation.labels && selected.rows.length > 1 && (
        <Block title="Labels">
          <LabelBars view={view} selected={selected} />
        </Block>
      )}
    </div>
  );
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

function AskHint() {
  return (
    <div class="empty">
      <h2>Ask what makes a region</h2>
      {kept.value && <p>Kept: {kept.value.name}. Select another region to compare the two.</p>}
      <p>Click a sample, or draw a lasso around some (hold Shift and drag).</p>
      <p>
        The answer appears here: which modules are present, how that differs from the rest, and which labels.
      </p>
    </div>
  );
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** One sentence: the strongest modules of the region, and how they compare with everywhere else. */
function answer(view: View, selected: Region, found: readonly PresenceInRegion[]): string {
  const one = selected.rows.length === 1;
  const present = found.filter(({ presentInside }) => presentInside >= 0.5);
  if (present.length === 0) {
    return one
      ? 'No module is present at this sample.'
      : `No module is present in most of these ${count(selected.rows.length)} samples.`;
  }
  const names = listed(present.slice(0, 3).map(({ module }) => moduleName(view.explanation, module)));
  const rest = present.length > 3 ? `, and ${present.length - 3} more` : '';
  const [first] = present;
  const elsewhere = `${moduleName(view.explanation, first.module)} is present at ${percent(first.presentOutside)} of the other samples.`;
  return `${one ? 'Present here' : 'Present in most of it'}: ${names}${rest}. ${elsewhere}`;
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

function LabelBars({ view, selected }: { view: View; selected: Region }) {
  if (!view.labels) return null;
  const shares = levelsInRegion(view.labels, selected.rows);
  return (
    <Bars
      label="Labels of the samples in the region"
      rows={shares.slice(0, 8).map(({ level, share, ofLevel }) => ({
        key: level,
        name: level,
        value: share,
        figure: percent(share),
        title: `${percent(ofLevel)} of all ${level}`,
        onSelect: () => selectRegion(regionOf(view, `label:${level}`)),
      }))}
    />
  );
}
