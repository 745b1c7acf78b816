/** Opens what `whymap compare` found of this explanation, from a file that a person chooses. */
import { useState } from 'preact/hooks';
import { comparisonFrom } from '../../derive/compared/conditions.js';
import { createView, type View } from '../../derive/view.js';
import { panel, view as shown } from '../../state/store.js';
import { Block } from '../parts/Block.js';

export function OpenComparison({ view }: { view: View }) {
  const [problem, setProblem] = useState('');
  const choose = async (file: File | undefined) => {
    if (!file) return;
    try {
      shown.value = createView(view.explanation, comparisonFrom(await file.text(), view.explanation));
      panel.value = 'conditions';
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Block title="Two conditions" note="What whymap compare found, with replicates as the units.">
      <div class="gene-sets">
        <label class="link-like">
          {view.comparison ? 'Open another comparison' : 'Open a comparison'} (its comparison.json)
          <input
            type="file"
            class="unseen"
            accept=".json"
            onChange={(event) => void choose(event.currentTarget.files?.[0])}
          />
        </label>
      </div>
      {problem && (
        <p class="note bad" role="alert">
          {problem}
        </p>
      )}
    </Block>
  );
}
