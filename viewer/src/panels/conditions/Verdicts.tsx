/** The table of verdicts of a comparison. */
import { useState } from 'preact/hooks';
import type { ComparedRow } from 'whymap/lava';
import { type Comparison, isFinding, rowName } from '../../derive/compared/conditions.js';
import type { View } from '../../derive/view.js';
import { decimal, plural, pValue, signed } from '../../derive/words.js';
import { Block } from '../parts/Block.js';

interface RowsProps {
  readonly view: View;
  readonly found: Comparison;
  readonly opened: ComparedRow | null;
  readonly onOpen: (row: ComparedRow) => void;
}

/** The table of verdicts, of one stratum or all, of what differs or of every module. */
export function Verdicts({ view, found, opened, onOpen }: RowsProps) {
  const strata = [...new Set(found.rows.map(({ stratum }) => stratum))];
  const [stratum, setStratum] = useState('');
  const [every, setEvery] = useState(!found.rows.some(isFinding));
  const inStratum = found.rows.filter((row) => stratum === '' || row.stratum === stratum);
  const shown = inStratum.filter((row) => every || isFinding(row));
  return (
    <Block
      title="Verdicts"
      note={`${plural(shown.length, 'row')} of ${inStratum.length}. A row shows its replicates, and where on the map the presence differs.`}
    >
      <div class="module-filter">
        <StratumChoice strata={strata} value={stratum} onChoose={setStratum} />
        <label class="check">
          <input type="checkbox" checked={!every} onChange={() => setEvery(!every)} />
          only what differs
        </label>
      </div>
      <div class="scrolls">
        <table class="figures markers compared">
          <thead>
            <tr>
              {headOf(found).map(([name, title]) => (
                <th key={name} scope="col" title={title}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <Row
                key={`${row.module} ${row.stratum}`}
                view={view}
                row={row}
                opened={row === opened}
                onOpen={onOpen}
              />
            ))}
          </tbody>
        </table>
      </div>
    </Block>
  );
}

interface StratumProps {
  readonly strata: readonly string[];
  readonly value: string;
  readonly onChoose: (stratum: string) => void;
}

function StratumChoice({ strata, value, onChoose }: StratumProps) {
  if (strata.length < 2) return null;
  return (
    <label class="choice">
      <span>In</span>
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        <option value="">all strata</option>
        {strata.map((name) => (
          <option key={name} value={name}>
            {name === 'all' ? 'all samples' : name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Names of the columns, and what they mean. */
const headOf = ({ case: cases, control }: Comparison): readonly (readonly [string, string?])[] => [
  ['module'],
  ['verdict'],
  [
    'presence',
    `presence in ${cases} and in ${control}, mean over replicates; below 0: less correlation than chance gives, so none`,
  ],
  ['score', `score difference: relative score, mean over replicates, of ${cases} less that of ${control}`],
  ['adj. p', 'by permutation of the replicates, corrected over all rows'],
  ['units', 'replicates that were measured on either side'],
];

const NONE = '\u2013';
const known = (value: number | null, words: (value: number) => string): string =>
  value === null ? NONE : words(value);

interface RowProps extends Pick<RowsProps, 'view' | 'onOpen'> {
  readonly row: ComparedRow;
  readonly opened: boolean;
}

function Row({ view, row, opened, onOpen }: RowProps) {
  return (
    <tr>
      <th scope="row">
        <button type="button" class="link" aria-pressed={opened} onClick={() => onOpen(row)}>
          {rowName(view.explanation, row)}
        </button>
      </th>
      <td>{row.verdict}</td>
      <td>
        {known(row.presenceCase, decimal)} / {known(row.presenceControl, decimal)}
      </td>
      <td>{known(row.scoreDifference, signed)}</td>
      <td>{known(row.pAdjusted, pValue)}</td>
      <td>
        {row.replicatesCase} : {row.replicatesControl}
      </td>
    </tr>
  );
}
