/** How the explanation was made: data, options, checks. Enough to run it again. */
import type { View } from '../../derive/view.js';
import { count, decimal, percent } from '../../derive/words.js';
import { type Home, home } from '../../state/home.js';
import { Block } from '../parts/Block.js';

export function Run({ view }: { view: View }) {
  const { explanation } = view;
  const { localities, associationCounts: pairs, modules } = explanation;
  const { coverageTv } = localities.tuning;
  return (
    <div class="detail">
      {home.value && <Again home={home.value} />}
      <Block title="Data">
        <Facts
          facts={[
            ['Samples', count(explanation.rows)],
            ['Features', count(explanation.featureNames.length)],
            ['Values in this file', valuesHere(view)],
            [
              'Embedding',
              `${explanation.embedding.source.name}, ${explanation.embedding.coordinates.columns} dimensions`,
            ],
          ]}
        />
      </Block>
      <Block title="Localities" note="The map is covered by overlapping localities of equal size.">
        <Facts
          facts={[
            ['Localities', count(localities.count)],
            ['Samples in each', count(localities.size)],
            ['Each sample is in', `about ${decimal(localities.overlap)}`],
            ['Coverage mismatch', `${percent(coverageTv)} (0% is perfect)`],
            ['Samples in none', count(localities.uncovered.length)],
          ]}
        />
      </Block>
      <Block title="Associations" note="Pairs of features, counted over all localities.">
        <Facts
          facts={[
            ['Pairs', count(pairs.pairs)],
            ['Kept', `${count(pairs.kept)} (${percent(pairs.kept / Math.max(1, pairs.pairs))})`],
            ['Too few samples differ', count(pairs.withoutSupport)],
            ['Within chance', count(pairs.belowGate)],
            ['Explained by the modules', percent(modules.explained)],
          ]}
        />
      </Block>
      <Block title="Options" note="With these and the same data, the same result to the byte.">
        <Facts facts={Object.entries(explanation.options).map(([name, value]) => [name, shown(value)])} />
      </Block>
      <Block title="Engine">
        <Facts
          facts={[
            ['Name', explanation.engine.name],
            ['Why', explanation.engine.reason],
          ]}
        />
      </Block>
    </div>
  );
}

/** Of how many features the values travel with the page; the others were left out to keep it small. */
function valuesHere({ explanation: { values, featureNames } }: View): string {
  const here = values?.features.length ?? 0;
  if (here === featureNames.length) return `of all ${count(here)} features`;
  return `of ${count(here)} of ${count(featureNames.length)} features, those that lead the modules first; the others were left out to keep the file small: whymap query --features FILE asks about all`;
}

/** Where the explanation was made in this page: the settings again, the same in a terminal, and the files. */
function Again({ home }: { home: Home }) {
  const stages = Object.entries(home.timings);
  const total = stages.reduce((sum, [, seconds]) => sum + seconds, 0);
  return (
    <Block title="This run">
      <p class="actions">
        <button type="button" class="button" onClick={home.change}>
          {home.command ? 'Change the settings and run again' : 'Explain other data'}
        </button>
        <button type="button" class="button" onClick={home.saveExplanation}>
          Save the explanation
        </button>
        <button type="button" class="button" onClick={home.saveReport}>
          Save as one offline page
        </button>
      </p>
      {home.command && (
        <p class="note">
          The same in a terminal: <code>{home.command}</code>
        </p>
      )}
      {stages.length > 0 && (
        <Facts
          facts={[
            ['Time', `${total.toFixed(1)} s`],
            ...stages
              .filter(([, seconds]) => seconds >= 0.05)
              .map(([stage, seconds]) => [`\u2003${stage}`, `${seconds.toFixed(1)} s`] as const),
          ]}
        />
      )}
    </Block>
  );
}

function Facts({ facts }: { facts: readonly (readonly [string, string])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
