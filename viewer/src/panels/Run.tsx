/** How the explanation was made: data, options, checks. Enough to run it again. */
import type { View } from '../derive/view.js';
import { count, decimal, percent } from '../derive/words.js';
import { Block } from './ModuleDetail.js';

export function Run({ view }: { view: View }) {
  const { explanation } = view;
  const { localities, associationCounts: pairs, modules } = explanation;
  const { coverageTv } = localities.tuning;
  return (
    <div class="detail">
      <Block title="Data">
        <Facts
          facts={[
            ['Samples', count(explanation.rows)],
            ['Features', count(explanation.featureNames.length)],
            [
              'Embedding',
              `${explanation.embedding.source.name}, ${explanation.embedding.coordinates.columns} dimensions`,
            ],
          ]}
        />
      </Block>
      <Block
        title="Neighborhoods"
        note="The map is covered by overlapping neighborhoods (localities) of equal size."
      >
        <Facts
          facts={[
            ['Neighborhoods', count(localities.count)],
            ['Samples in each', count(localities.size)],
            ['Each sample is in', `about ${decimal(localities.overlap)}`],
            ['Coverage mismatch', `${percent(coverageTv)} (0% is perfect)`],
            ['Samples in none', count(localities.uncovered.length)],
          ]}
        />
      </Block>
      <Block title="Associations" note="Pairs of features, counted over all neighborhoods.">
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
