/** Which levels of a column the samples of a region have, beside their share everywhere. */

import { useState } from 'preact/hooks';
import { levelsInRegion } from 'whymap/lava';
import { type GroupColumn, levelCode } from '../../derive/columns.js';
import type { View } from '../../derive/view.js';
import { percent, plural } from '../../derive/words.js';
import { selectCode } from '../../state/regions.js';
import { Bars } from '../parts/Bars.js';
import { Block } from '../parts/Block.js';

const SHOWN = 8;

/** Nothing for an explanation without labels and metadata. */
export function RegionLevels({ view, rows }: { view: View; rows: Int32Array }) {
  const columns = view.columns.filter((column): column is GroupColumn => column.kind === 'categorical');
  const [at, setAt] = useState(0);
  const column = columns[Math.min(at, columns.length - 1)];
  if (!column) return null;
  const shares = levelsInRegion(column, rows);
  return (
    <Block title="Who they are" note="Share of the region (bar), and of all samples (mark).">
      {columns.length > 1 && (
        <label class="choice">
          <span>by</span>
          <select value={at} onChange={(event) => setAt(Number(event.currentTarget.value))}>
            {columns.map(({ name }, index) => (
              <option key={name} value={index}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <Bars
        label={`${column.name} of the samples in the region`}
        rows={shares.slice(0, SHOWN).map(({ level, share, samples, ofLevel }) => ({
          key: level,
          name: level,
          value: share,
          mark: column.counts[column.levels.indexOf(level)] / view.explanation.rows,
          figure: percent(share),
          title: `${plural(samples, 'sample')}, ${percent(ofLevel)} of all ${level}`,
          onSelect: () => selectCode(view, levelCode(column, level, column === view.labels)),
        }))}
      />
      {shares.length > SHOWN && <p class="note">and {plural(shares.length - SHOWN, 'more level')}</p>}
    </Block>
  );
}
