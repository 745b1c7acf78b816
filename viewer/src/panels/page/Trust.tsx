/** How far the map can be trusted: the verdict, where it is wrong, and what that means for each module. */
import type { StructureLayer, TrustLayer } from 'whymap';
import type { ColorBy } from '../../derive/coloring.js';
import { linksShown } from '../../derive/links.js';
import { categoryColor } from '../../derive/palette.js';
import { regionOfRows } from '../../derive/region-code.js';
import { moduleName, type View } from '../../derive/view.js';
import { capitalized, count, decimal, percent, plural } from '../../derive/words.js';
import {
  colorBy,
  links,
  openModule,
  panel,
  region,
  selectModule,
  selectRegion,
  theme,
} from '../../state/store.js';
import { Bars } from '../parts/Bars.js';
import { Block } from '../parts/Block.js';

export function Trust({ view }: { view: View }) {
  const { trust: layer, structure } = view.explanation;
  if (!layer) {
    return (
      <>
        {structure && (
          <div class="detail">
            <Structures layer={structure} />
          </div>
        )}
        <NotAtEachSample view={view} />
      </>
    );
  }
  return (
    <div class="detail">
      <Verdict layer={layer} />
      {structure && <Structures layer={structure} />}
      <TrustOnMap view={view} layer={layer} />
      <LinkChoice view={view} layer={layer} />
      <ModuleTrust view={view} chance={layer.chance} />
    </div>
  );
}

/** Regions may have a figure where samples have none: of very many samples only a random part is measured. */
function NotAtEachSample({ view }: { view: View }) {
  if (view.explanation.descriptions.some(({ trust }) => trust !== null)) {
    return (
      <div class="detail">
        <p class="lead">
          Trust was measured on samples drawn at random, so modules have a figure and the regions of the map
          have none.
        </p>
        <ModuleTrust view={view} chance={null} />
      </div>
    );
  }
  return (
    <div class="empty">
      <h2>Trust was not measured</h2>
      <p>
        This explanation was made with <code>--trust no</code>, with too little memory for it, or by an older
        version.
      </p>
      <p>
        Explain the data again, or run <code>whymap audit</code> on the same features and embedding.
      </p>
    </div>
  );
}

const ANSWERS: Readonly<Record<TrustLayer['verdict'][number]['answer'], { word: string; tone: string }>> = {
  yes: { word: 'Yes', tone: 'good' },
  partly: { word: 'With care', tone: 'plain' },
  no: { word: 'No', tone: 'bad' },
  unknown: { word: 'Not known', tone: 'plain' },
};
const QUESTIONS: Readonly<Record<string, string>> = {
  overall: 'The map as a whole',
  neighbors: 'May neighbors be read?',
  clusters: 'May clusters be read?',
  distances: 'May distances be read?',
  densities: 'May densities be read?',
  labels: 'Are labels separated as in the data?',
  regions: 'Is every region of the map to be trusted?',
};

function Verdict({ layer }: { layer: TrustLayer }) {
  return (
    <Block
      title="What may be read off this map"
      note="Distances between clusters need all pairs of samples: whymap audit measures them."
    >
      <ul class="beliefs verdict">
        {layer.verdict.map(({ about, answer, text }) => (
          <li key={text} class={ANSWERS[answer].tone}>
            <strong>
              {QUESTIONS[about] ?? about} {ANSWERS[answer].word}.
            </strong>
            <p>{text}</p>
          </li>
        ))}
      </ul>
    </Block>
  );
}

const STRUCTURE_ANSWERS = [
  ['in the data', 'good'],
  ['made by the projection', 'bad'],
  ['cannot be told', 'plain'],
] as const;

/** More structures under one answer are shown on demand. */
const OPEN_AT_MOST = 10;

/** What `--structure` found, in the sentences of the terminal; each structure can be selected on the map. */
function Structures({ layer }: { layer: StructureLayer }) {
  const show = (rows: Int32Array) => {
    selectRegion(regionOfRows(rows));
    panel.value = 'trust';
  };
  return (
    <Block title="Is this structure in my data?">
      {layer.summary.map((sentence) => (
        <p key={sentence} class="note">
          {sentence}
        </p>
      ))}
      {STRUCTURE_ANSWERS.map(([answer, tone]) => {
        const found = layer.findings.filter((one) => one.answer === answer);
        if (found.length === 0) return null;
        return (
          <details key={answer} class="stratum" open={found.length <= OPEN_AT_MOST}>
            <summary>
              {capitalized(answer)}: {count(found.length)}
            </summary>
            <ul class="beliefs">
              {found.map(({ name, text, rows }) => (
                <li key={name} class={tone}>
                  {text}{' '}
                  <button
                    type="button"
                    class="text-button"
                    aria-label={`Select on the map: ${name}`}
                    onClick={() => show(rows)}
                  >
                    Select on the map
                  </button>
                </li>
              ))}
            </ul>
          </details>
        );
      })}
    </Block>
  );
}

const COLORINGS: readonly { by: 'trust' | 'torn' | 'glued'; name: string }[] = [
  { by: 'trust', name: 'Trust' },
  { by: 'torn', name: 'Torn apart' },
  { by: 'glued', name: 'Glued together' },
];

function TrustOnMap({ view, layer }: { view: View; layer: TrustLayer }) {
  const { rows } = view.explanation;
  const many = (counts: Uint16Array) =>
    counts.reduce((sum, value) => sum + (4 * value >= layer.k ? 1 : 0), 0);
  return (
    <Block
      title="Where it is wrong"
      note={`At ${percent(many(layer.torn) / rows)} of the samples a quarter or more of the ${layer.k} nearest in the data lie far away on the map; at ${percent(many(layer.glued) / rows)} a quarter or more of the neighbors on the map are not near in the data.`}
    >
      <fieldset class="choices">
        <legend>Color the map by</legend>
        {COLORINGS.map(({ by, name }) => (
          <button
            key={by}
            type="button"
            class="button"
            aria-pressed={colorBy.value.by === by}
            onClick={() => {
              openModule.value = null;
              const next: ColorBy = { by };
              colorBy.value = colorBy.value.by === by ? { by: 'strongest' } : next;
            }}
          >
            {name}
          </button>
        ))}
      </fieldset>
    </Block>
  );
}

const DEFAULT_LINKS = 100;

function LinkChoice({ view, layer }: { view: View; layer: TrustLayer }) {
  const shown = links.value;
  const most = shown ? (shown.kind === 'torn' ? layer.tornLinks : layer.gluedLinks).from.length : 0;
  const drawn = linksShown(view, shown, region.value)?.from.length ?? 0;
  return (
    <Block
      title="Links"
      note="Torn: near in the data, far on the map. Glued: near on the map, far in the data."
    >
      <fieldset class="choices">
        <legend>Draw the worst links</legend>
        {(['torn', 'glued'] as const).map((kind) => (
          <button
            key={kind}
            type="button"
            class="button"
            aria-pressed={shown?.kind === kind}
            onClick={() => {
              links.value = shown?.kind === kind ? null : { kind, count: shown?.count ?? DEFAULT_LINKS };
            }}
          >
            {kind === 'torn' ? 'Torn' : 'Glued'}
          </button>
        ))}
      </fieldset>
      {shown && most > 0 && (
        <label class="slider">
          <span>
            {plural(drawn, 'link')}
            {region.value ? ' of the selection' : ''}, the worst of {count(most)} kept in this file
          </span>
          <input
            type="range"
            min={1}
            max={most}
            value={Math.min(shown.count, most)}
            onInput={(event) => {
              links.value = { kind: shown.kind, count: Number(event.currentTarget.value) };
            }}
          />
        </label>
      )}
      {shown && most === 0 && (
        <p class="note">No sample has such a link: nothing is {shown.kind} on this map.</p>
      )}
    </Block>
  );
}

function ModuleTrust({ view, chance }: { view: View; chance: number | null }) {
  const { descriptions } = view.explanation;
  const judged = descriptions
    .map((description, module) => ({ module, trust: description.trust, flag: description.trustFlag ?? null }))
    .sort((a, b) => (a.trust ?? 2) - (b.trust ?? 2) || a.module - b.module);
  const flagged = judged.filter(({ flag }) => flag);
  return (
    <Block
      title={'Trust of each module\u2019s region'}
      note={`1 is best, ${chance === null ? 'about 0.5' : decimal(chance)} is a shuffled map; least trusted first.`}
    >
      {flagged.length > 0 && (
        <ul class="beliefs">
          {flagged.map(({ module, flag }) => (
            <li key={module} class="bad">
              <strong>{descriptions[module].id}</strong> {flag}
            </li>
          ))}
        </ul>
      )}
      <Bars
        label="Trust of each module's region"
        rows={judged.map(({ module, trust, flag }) => ({
          key: module,
          name: moduleName(view.explanation, module),
          value: trust ?? 0,
          figure: trust === null ? 'none' : decimal(trust),
          color: categoryColor(module, theme.value),
          title: flag ?? undefined,
          onSelect: () => {
            selectModule(module);
            panel.value = 'modules';
          },
        }))}
      />
    </Block>
  );
}
