/** One feature: the modules that it belongs to, and whether its values can be shown. */
import { categoryColor } from '../../derive/palette.js';
import { moduleName, type View } from '../../derive/view.js';
import { decimal, featureName, featureNoun } from '../../derive/words.js';
import { panel, selectedFeature, selectModule, theme } from '../../state/store.js';
import { Bars } from '../parts/Bars.js';
import { Block } from '../parts/Block.js';

const LEAST = 0.01;

export function FeatureDetail({ view, feature }: { view: View; feature: number }) {
  const { explanation } = view;
  const { loadings } = explanation.modules;
  const noun = featureNoun(explanation);
  const modules = explanation.descriptions
    .map((_, module) => ({ module, loading: loadings.data[module * loadings.columns + feature] }))
    .filter(({ loading }) => loading >= LEAST)
    .sort((a, b) => b.loading - a.loading);
  const shown = explanation.values?.features.includes(feature);
  return (
    <div class="detail">
      <nav class="detail-nav">
        <button
          type="button"
          class="text-button"
          onClick={() => {
            selectedFeature.value = null;
          }}
        >
          Clear
        </button>
      </nav>
      <h2>{featureName(explanation, feature)}</h2>
      <p class="lead">
        {shown
          ? `The map shows the values of this ${noun}.`
          : `The raw values of this ${noun} are not in this file, so the map cannot be colored by it.`}
      </p>
      <Block title="Modules it belongs to" note={`Loading relative to the module\u2019s first ${noun}.`}>
        {modules.length === 0 && <p class="note">None.</p>}
        <Bars
          label="Loading in each module"
          rows={modules.map(({ module, loading }) => ({
            key: module,
            name: moduleName(explanation, module),
            value: loading,
            figure: decimal(loading),
            color: categoryColor(module, theme.value),
            onSelect: () => {
              selectModule(module);
              panel.value = 'modules';
            },
          }))}
        />
      </Block>
    </div>
  );
}
