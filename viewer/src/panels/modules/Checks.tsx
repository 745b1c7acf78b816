/** What was tested of a module, in figures: each question, its answer, and what to compare it with. */
import type { ModuleDescription, SignificanceTest } from 'whymap';
import { decimal, percent, signed } from '../../derive/words.js';
import { Block } from '../parts/Block.js';

interface Row {
  readonly question: string;
  readonly figure: string;
  readonly compare: string;
}

export function Checks({ description }: { description: ModuleDescription }) {
  const rows = [
    ...significanceRows(description),
    ...withinRows(description),
    ...replicationRows(description),
    ...stabilityRows(description),
    ...trustRows(description),
  ];
  return (
    <Block title="Checks in figures">
      {rows.length === 0 ? (
        <p class="note">
          Nothing was tested: the run was made with no permutations (<code>--draws 0</code>) and no repeats.
        </p>
      ) : (
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">Question</th>
              <th scope="col">Figure</th>
              <th scope="col">Compare with</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ question, figure, compare }) => (
              <tr key={question}>
                <th scope="row">{question}</th>
                <td>{figure}</td>
                <td>{compare}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Block>
  );
}

function significanceRows({ significance }: ModuleDescription): Row[] {
  if (!significance) return [];
  if (significance.verdict === 'not-replicated') {
    return [
      {
        question: 'Found again on two thirds of the samples?',
        figure: 'no',
        compare: 'so not tested further',
      },
    ];
  }
  return [
    {
      question: 'Passes on every third of the samples, held out?',
      figure: significance.significant ? 'yes' : significance.verdict === 'border' ? 'at the border' : 'no',
      compare: 'yes: on all three; no: on none',
    },
    testRow('Real? Correlation on other samples', 'permuted features', significance.real),
    testRow('Local? Correlation here less elsewhere', 'random localities', significance.local),
  ];
}

const testRow = (
  question: string,
  against: string,
  { statistic, expected, pAdjusted }: SignificanceTest,
): Row => ({
  question,
  figure: signed(statistic),
  compare: `${signed(expected)} with ${against}, largest corrected p ${pAdjusted < 0.001 ? '<0.001' : pAdjusted.toFixed(3)}`,
});

function withinRows({ within = [] }: ModuleDescription): Row[] {
  return within.flatMap(({ column, kept, between }) =>
    kept === null
      ? []
      : [
          {
            question: `Kept when each level of ${column} is centered?`,
            figure: decimal(kept),
            compare: '1 or more: it varies inside the levels; 0: a difference between them',
          },
          {
            question: 'Part of it in localities that keep less than half?',
            figure: percent(between ?? 0),
            compare: 'below 10%: the levels hardly matter anywhere on the map',
          },
        ],
  );
}

function replicationRows({ replication }: ModuleDescription): Row[] {
  if (replication == null) return [];
  return [
    {
      question: 'Comes back from 90% of the samples and another covering?',
      figure: decimal(replication),
      compare: '1 is the same; the least of all refits',
    },
  ];
}

const REPEATS = [
  ['subsample', 'Again from two thirds of the samples'],
  ['seeds', 'Again with other random seeds'],
  ['bootstrap', 'Again from resampled data'],
  ['localitySize', 'Again with other locality sizes'],
  ['overlap', 'Again with other overlaps'],
  ['modules', 'Again with other numbers of modules'],
  ['presence', 'In the same regions'],
] as const;

function stabilityRows({ stability }: ModuleDescription): Row[] {
  if (!stability) return [];
  return REPEATS.flatMap(([name, question]) => {
    const value = stability[name];
    return value == null ? [] : [{ question, figure: decimal(value), compare: '1 is the same' }];
  });
}

function trustRows({ trust }: ModuleDescription): Row[] {
  if (trust === null) return [];
  return [
    {
      question: 'Trust of the map where it is present',
      figure: decimal(trust),
      compare: '1 is faithful, 0.5 is a random map',
    },
  ];
}
