/** Names modules by the gene sets of a GMT file that a person chooses, and says how many sets could be tested. */
import { useState } from 'preact/hooks';
import { geneSetsSentence, nameByGeneSets, parseGeneSets } from 'whymap/lava';
import { createView, type View } from '../../derive/view.js';
import { view as shown } from '../../state/store.js';

export function GeneSets({ view }: { view: View }) {
  const [problem, setProblem] = useState('');
  const { explanation } = view;
  if (explanation.image) return null;
  const choose = async (file: File | undefined) => {
    if (!file) return;
    try {
      const named = nameByGeneSets(explanation, parseGeneSets(await file.text(), file.name));
      shown.value = createView(named, view.comparison);
      setProblem('');
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <div class="gene-sets">
      {explanation.geneSets && <p>{geneSetsSentence(explanation)}</p>}
      <label class="link-like">
        {explanation.geneSets ? 'Other gene sets' : 'Name the modules by gene sets'} (GMT file)
        <input
          type="file"
          class="unseen"
          accept=".gmt,.txt,.tsv"
          onChange={(event) => void choose(event.currentTarget.files?.[0])}
        />
      </label>
      {problem && (
        <p class="note bad" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
