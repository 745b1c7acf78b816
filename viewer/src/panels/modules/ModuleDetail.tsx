/** One module in full. */

import { useLayoutEffect } from 'preact/hooks';
import { levelsInRegion, moduleSentence, moduleStatements, samplesWithModule } from 'whymap/lava';
import { categoryColor, SIGN_COLORS } from '../../derive/palette.js';
import { regionOf } from '../../derive/region-code.js';
import { moduleName, type View } from '../../derive/view.js';
import { count, decimal, featureName, featureNoun, percent, signed } from '../../derive/words.js';
import { pair as chosenPair, selectModule, selectRegion, theme } from '../../state/store.js';
import { Bars } from '../parts/Bars.js';
import { Block } from '../parts/Block.js';
import { Icon } from '../parts/Icon.js';
import { ModulePicture } from '../parts/Picture.js';
import { Checks } from './Checks.js';
import { Chips } from './ModuleCard.js';
import { FeatureCharts, PresenceHistogram } from './ModuleCharts.js';

const FEATURES = 15;
const PAIRS = 12;
const LABELS = 6;

export function ModuleDetail({ view, module }: { view: View; module: number }) {
  const { explanation } = view;
  const description = explanation.descriptions[module];
  // the list may have been scrolled: a module begins at its name
  useLayoutEffect(() => document.getElementById('panel')?.scrollTo(0, 0), [module]);
  return (
    <div class="detail">
      <nav class="detail-nav">
        <button type="button" class="text-button" onClick={() => selectModule(null)}>
          <Icon name="back" /> All modules
        </button>
        <Step to={module - 1} view={view} name="Previous" />
        <Step to={module + 1} view={view} name="Next" />
      </nav>
      <h2 tabIndex={-1}>
        <i class="swatch" style={{ background: categoryColor(module, theme.value) }} />
        {moduleName(explanation, module)}
      </h2>
      <p class="lead">{moduleSentence(explanation, description)}</p>
      <Chips description={description} />
      <Beliefs view={view} module={module} />
      {explanation.image && (
        <Block title="Picture" note="Darker pixels belong to the module more.">
          <ModulePicture view={view} module={module} size={196} />
        </Block>
      )}
      <Features view={view} module={module} />
      <FeatureCharts view={view} module={module} />
      <Pairs view={view} module={module} />
      <Labels view={view} module={module} />
      <PresenceHistogram view={view} module={module} />
      <Checks description={description} />
    </div>
  );
}

function Step({ to, view, name }: { to: number; view: View; name: string }) {
  const off = to < 0 || to >= view.explanation.modules.count;
  return (
    <button type="button" class="text-button" disabled={off} onClick={() => selectModule(to)}>
      {name}
    </button>
  );
}

function Beliefs({ view, module }: { view: View; module: number }) {
  const found = moduleStatements(view.explanation.descriptions[module], view.explanation.rows);
  if (found.length === 0) return null;
  return (
    <ul class="beliefs">
      {found.map(({ tone, text }) => (
        <li key={text} class={tone}>
          {text}
        </li>
      ))}
    </ul>
  );
}

function Features({ view, module }: { view: View; module: number }) {
  const { descriptions } = view.explanation;
  const { topFeatures } = descriptions[module];
  const noun = featureNoun(view.explanation);
  const more = topFeatures.length - FEATURES;
  return (
    <Block
      title={`Leading ${noun}s`}
      note={`How strongly each ${noun} belongs to the module, relative to the first.`}
    >
      <Bars
        label={`Leading ${noun}s`}
        rows={topFeatures.slice(0, FEATURES).map(({ feature, loading }) => ({
          key: feature,
          name: featureName(view.explanation, feature),
          value: loading,
          figure: decimal(loading),
          color: categoryColor(module, theme.value),
        }))}
      />
      {more > 0 && <p class="note">and {more} weaker ones, listed in modules.csv</p>}
    </Block>
  );
}

function Pairs({ view, module }: { view: View; module: number }) {
  const { explanation } = view;
  const description = explanation.descriptions[module];
  const pairs = description.pairs.slice(0, PAIRS);
  const colors = SIGN_COLORS[theme.value];
  if (pairs.length === 0) return null;
  const known = new Set(explanation.values?.features);
  /** Its raw values, in the samples with the module and in all others. */
  const look = (a: number, b: number) => {
    selectRegion(regionOf(view, `module:${description.id}`));
    chosenPair.value = [a, b];
  };
  return (
    <Block
      title="Pairs"
      note={
        'Correlation where the module is present: + together, \u2212 in opposite directions. A pair opens its raw values.'
      }
    >
      <Bars
        label="Pairs of features and their correlation"
        rows={pairs.map((pair) => ({
          key: `${pair.a}-${pair.b}`,
          name: `${featureName(explanation, pair.a)} \u00b7 ${featureName(explanation, pair.b)}`,
          value: Math.abs(pair.correlation),
          figure: signed(pair.correlation),
          color: pair.correlation < 0 ? colors.opposed : colors.together,
          onSelect: known.has(pair.a) && known.has(pair.b) ? () => look(pair.a, pair.b) : undefined,
        }))}
      />
    </Block>
  );
}

function Labels({ view, module }: { view: View; module: number }) {
  const { labels } = view;
  const rows = samplesWithModule(view.explanation, module);
  const select = () => selectRegion(regionOf(view, `module:${view.explanation.descriptions[module].id}`));
  return (
    <Block title="Where" note={`${count(rows.length)} samples have this module.`}>
      {labels && rows.length > 0 && (
        <Bars
          label="Labels of the samples with this module"
          rows={levelsInRegion(labels, rows)
            .slice(0, LABELS)
            .map((share) => ({
              key: share.level,
              onSelect: () => selectRegion(regionOf(view, `label:${share.level}`)),
              name: share.level,
              value: share.share,
              figure: percent(share.share),
              title: `${count(share.samples)} samples, ${percent(share.ofLevel)} of all with this label`,
            }))}
        />
      )}
      <button type="button" class="button" onClick={select} disabled={rows.length === 0}>
        Select these samples
      </button>
    </Block>
  );
}
