/** One module in short: where it is, what it is made of, and whether to believe it. */
import type { ModuleDescription } from 'whymap';
import { levelsInRegion, moduleRemarks, moduleTitle, samplesWithModule } from 'whymap/lava';
import { categoryColor } from '../../derive/palette.js';
import type { View } from '../../derive/view.js';
import { decimal, featureName, percent, plural } from '../../derive/words.js';
import { selectedModules, selectModule, theme } from '../../state/store.js';
import { Bars } from '../parts/Bars.js';
import { MiniMap } from '../parts/MiniMap.js';
import { ModulePicture } from '../parts/Picture.js';

const FEATURES = 4;
const LABELS = 3;
/** A label of which fewer samples have the module is not named on the card. */
const LEAST_OF_LABEL = 0.1;

export function ModuleCard({ view, module }: { view: View; module: number }) {
  const description = view.explanation.descriptions[module];
  const { image } = view.explanation;
  return (
    <article class="card" aria-labelledby={`card-${module}`}>
      <CardHeader
        description={description}
        module={module}
        image={image !== null}
        title={moduleTitle(view.explanation, description)}
      />
      <div class="card-body">
        <MiniMap view={view} module={module} width={116} height={92} />
        {image ? (
          <ModulePicture view={view} module={module} size={92} />
        ) : (
          <Bars
            label="Leading features and their loadings"
            rows={description.topFeatures.slice(0, FEATURES).map(({ feature, loading }) => ({
              key: feature,
              name: featureName(view.explanation, feature),
              value: loading,
              figure: decimal(loading),
              color: categoryColor(module, theme.value),
            }))}
          />
        )}
      </div>
      <LabelsWithModule view={view} module={module} />
      <Chips description={description} />
      {selectedModules.value?.has(module) && <p class="selected-here">in the selection</p>}
    </article>
  );
}

/** The labels around which the module is present, most samples first, with the share of each. */
function LabelsWithModule({ view, module }: { view: View; module: number }) {
  const { labels } = view;
  if (!labels) return null;
  const shares = levelsInRegion(labels, samplesWithModule(view.explanation, module));
  const shown = shares.filter(({ ofLevel }) => ofLevel >= LEAST_OF_LABEL).slice(0, LABELS);
  if (shown.length === 0) return null;
  return (
    <p class="places">
      present in{' '}
      {shown.map(({ level, ofLevel }, i) => (
        <span key={level}>
          {i > 0 && ', '}
          {level} <b>{percent(ofLevel)}</b>
        </span>
      ))}
    </p>
  );
}

function CardHeader({
  description,
  module,
  image,
  title,
}: {
  description: ModuleDescription;
  module: number;
  image: boolean;
  title: string;
}) {
  return (
    <header>
      <h3 id={`card-${module}`}>
        <button type="button" class="card-open" onClick={() => selectModule(module)}>
          <i class="swatch" style={{ background: categoryColor(module, theme.value) }} />
          <span class="module-id">{description.id}</span>
          <span class="module-label">{image ? shapeOf(description.label) : title}</span>
        </button>
      </h3>
    </header>
  );
}

/** The shape and place of an image module, without the rows and columns that the picture shows. */
function shapeOf(label: string): string {
  return label.replace(/ \(.*\)$/, '');
}

export function Chips({ description }: { description: ModuleDescription }) {
  const { replication, recurrence } = description;
  return (
    <ul class="chips">
      <li title="Share of all local association that this module accounts for">
        <b>{percent(description.share)}</b> of association
      </li>
      <li title="Samples around which the module is present">
        <b>{percent(description.presentSamples)}</b> of samples
      </li>
      {recurrence && (
        <li title="Localities that show it, of which no two share a sample">
          {plural(recurrence.disjoint, 'disjoint locality', 'disjoint localities')}
        </li>
      )}
      {replication != null && (
        <li title="Least similarity to the module that a fit on 90% of the samples and another covering gives">
          <b>{decimal(replication)}</b> replication
        </li>
      )}
      {moduleRemarks(description).map(({ tone, text }) => (
        <li key={text} class={tone}>
          {text}
        </li>
      ))}
    </ul>
  );
}
