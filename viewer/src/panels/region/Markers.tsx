/** Which features are higher and which lower in the selection than elsewhere, and to which modules they belong. */

import { useMemo, useState } from 'preact/hooks';
import { csvPieces } from 'whymap/io';
import { type Marker, type MarkerAnswer, markerSentences, rankMarkers } from 'whymap/lava';
import { markerTable } from 'whymap/run';
import type { View } from '../../derive/view.js';
import { count, decimal, featureName, featureNoun, percent, pValue, signed } from '../../derive/words.js';
import { download } from '../../keep/download.js';
import { kept, type Region, selectFeature, selectModule } from '../../state/store.js';
import { Block } from '../parts/Block.js';
import { fileName } from '../parts/SaveFigure.js';

const SHOWN = 10;
/** Values to compare at once when the panel opens; above it a person asks first. */
const AT_ONCE = 3e6;

export function Markers({ view, region }: { view: View; region: Region }) {
  const { values, rows } = view.explanation;
  const [wanted, setWanted] = useState<string | null>(null);
  const others = kept.value && kept.value !== region ? kept.value : null;
  const noun = featureNoun(view.explanation);
  if (!values || values.features.length === 0) return null;
  const key = `${region.code} ${others?.code ?? ''}`;
  const small = values.features.length * rows <= AT_ONCE;
  return (
    <Block
      title="Higher and lower"
      note={`${hereOfAll(view)} whose values are in this file, in the selection against ${others ? others.name : 'all other samples'}.`}
    >
      {small || wanted === key ? (
        <Ranking view={view} region={region} others={others} />
      ) : (
        <button type="button" class="button" onClick={() => setWanted(key)}>
          Rank the {noun}s
        </button>
      )}
    </Block>
  );
}

/** `80 of 209 features`; `12 features` where all are here. */
function hereOfAll({ explanation }: View): string {
  const [here, all] = [explanation.values?.features.length ?? 0, explanation.featureNames.length];
  return `${count(here)}${here < all ? ` of ${count(all)}` : ''} ${featureNoun(explanation)}s`;
}

function Ranking({ view, region, others }: { view: View; region: Region; others: Region | null }) {
  const replicates = view.columns.filter((column) => column.kind === 'categorical');
  const [replicate, setReplicate] = useState('');
  const [all, setAll] = useState(false);
  const { answer, problem } = useMemo(
    () => ranked(view, region, others, replicate),
    [view, region, others, replicate],
  );
  if (!answer) return <p class="note">{problem}</p>;
  const shown = all ? answer.markers.length : SHOWN;
  const higher = answer.markers.filter(({ z }) => z > 0).slice(0, shown);
  const lower = answer.markers
    .filter(({ z }) => z < 0)
    .reverse()
    .slice(0, shown);
  return (
    <>
      <ul class="sentences">
        {markerSentences(named(view, answer)).map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      {replicates.length > 0 && (
        <label class="choice">
          <span>Replicates by</span>
          <select value={replicate} onChange={(event) => setReplicate(event.currentTarget.value)}>
            <option value="">none: samples are the units</option>
            {replicates.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <MarkerTable view={view} title="Higher" markers={higher} />
      <MarkerTable view={view} title="Lower" markers={lower} />
      <p class="actions">
        {answer.markers.length > 2 * SHOWN && (
          <button type="button" class="button" onClick={() => setAll(!all)}>
            {all ? 'The strongest only' : `All ${count(answer.markers.length)}`}
          </button>
        )}
        <button type="button" class="button" onClick={() => saveTable(answer)}>
          Save all as CSV
        </button>
      </p>
    </>
  );
}

/** The answer with features called as the page calls them: pixels by row and column. */
const named = (view: View, answer: MarkerAnswer): MarkerAnswer => ({
  ...answer,
  markers: answer.markers.map((marker) => ({
    ...marker,
    name: featureName(view.explanation, marker.feature),
  })),
});

/** The table that `whymap query --markers --format csv` prints. */
function saveTable(answer: MarkerAnswer): void {
  const { header, rows } = markerTable(answer);
  const name = fileName(`${answer.first.region} against ${answer.second.region}`);
  download(new Blob([...csvPieces(header, rows)], { type: 'text/csv' }), `${name}.csv`);
}

function ranked(
  view: View,
  region: Region,
  others: Region | null,
  replicate: string,
): { answer: MarkerAnswer | null; problem: string } {
  try {
    const question = { first: region.parsed, second: others?.parsed };
    const answer = rankMarkers(view.mapped, question, null, { replicate: replicate || undefined });
    const second = others ? { ...answer.second, region: others.name } : answer.second;
    return { answer: { ...answer, first: { ...answer.first, region: region.name }, second }, problem: '' };
  } catch (error) {
    return { answer: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

interface TableProps {
  readonly view: View;
  readonly title: string;
  readonly markers: readonly Marker[];
}

function MarkerTable({ view, title, markers }: TableProps) {
  if (markers.length === 0) return null;
  const fold = markers.some(({ logFoldChange }) => logFoldChange !== null);
  const bulk = markers.some(({ pseudobulk }) => pseudobulk !== null);
  return (
    <div class="scrolls">
      <table class="figures markers">
        <thead>
          <tr>
            <th scope="col">{title}</th>
            <th scope="col" title={fold ? 'log2 fold change' : 'difference of the means'}>
              {fold ? 'log2 fold' : 'difference'}
            </th>
            <th scope="col" title="chance that a sample here is above one there: 0.50 is no difference">
              AUC
            </th>
            <th scope="col" title="share of samples above zero, here and there">
              above 0
            </th>
            <th scope="col" title="rank test over samples, corrected over features">
              adj. p
            </th>
            {bulk && (
              <th scope="col" title="exact permutation of replicates">
                p by replicate
              </th>
            )}
            <th scope="col">module</th>
          </tr>
        </thead>
        <tbody>
          {markers.map((marker) => (
            <MarkerRow key={marker.feature} view={view} marker={marker} bulk={bulk} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function MarkerRow({ view, marker, bulk }: { view: View; marker: Marker; bulk: boolean }) {
  const { feature, difference, logFoldChange, auc, pAdjusted, modules, pseudobulk } = marker;
  return (
    <tr>
      <th scope="row">
        <button type="button" class="link" onClick={() => selectFeature(view, feature)}>
          {featureName(view.explanation, feature)}
        </button>
      </th>
      <td>{signed(logFoldChange ?? difference)}</td>
      <td>{decimal(auc)}</td>
      <td>
        {percent(marker.aboveZeroFirst)} / {percent(marker.aboveZeroSecond)}
      </td>
      <td>{pValue(pAdjusted)}</td>
      {bulk && <td>{pseudobulk?.p == null ? 'none' : pValue(pseudobulk.p)}</td>}
      <td>
        {modules.map((id) => (
          <button
            key={id}
            type="button"
            class="link"
            onClick={() => {
              selectModule(view.explanation.descriptions.findIndex((module) => module.id === id));
            }}
          >
            {id}{' '}
          </button>
        ))}
      </td>
    </tr>
  );
}
