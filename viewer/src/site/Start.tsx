/** Where a run is prepared: files, the map, columns, settings. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../compute/messages.js';
import { Columns } from './Columns.js';
import { FileSlot } from './FileSlot.js';
import { MapChoice } from './MapChoice.js';
import { Reading } from './Reading.js';
import { Settings } from './Settings.js';
import { command, lacking, problem, slots, start, takeDropped, tryPenguins } from './state.js';
import { TopBar } from './TopBar.js';
import { problemWords } from './words.js';

export function Start() {
  const over = useDrop();
  const table = slots.value.features;
  return (
    <div class={`page site${over ? ' dropping' : ''}`}>
      <TopBar />
      <main class="start">
        <form
          class="sheet"
          onSubmit={(event) => {
            event.preventDefault();
            start();
          }}
        >
          {problem.value && <ProblemCard problem={problem.value} />}
          {!table && <Welcome />}
          <section class="step" aria-labelledby="step-features">
            <h2 id="step-features" tabIndex={-1}>
              Your data
            </h2>
            <p class="note">
              A table with samples in rows and features in columns: CSV, NPY, NPZ, Parquet, Arrow, .h5ad,
              Zarr, 10x .h5 or JSON lines. It stays on this machine: this page cannot send anything anywhere.
            </p>
            <FileSlot
              slot="features"
              label="Features"
              hint="Drop a file or a folder anywhere on this page, or"
              large={!table}
            />
            {!table && (
              <p class="try">
                No file at hand?{' '}
                <button type="button" class="button" onClick={() => void tryPenguins()}>
                  Try it with 342 penguins
                </button>
              </p>
            )}
            {table?.found && <Columns />}
          </section>
          {table?.found && <MapChoice />}
          {table?.found && <Reading />}
          {table?.found && <Settings />}
          <Go />
        </form>
      </main>
      {over && (
        <div class="drop-veil" aria-hidden="true">
          Drop to read here, on this machine
        </div>
      )}
    </div>
  );
}

const PROMISES = [
  {
    title: 'What makes a region',
    text: 'Sets of features that rise and fall together, where on the map each is at work, and what two regions share.',
  },
  {
    title: 'How far to trust it',
    text: 'Where neighbors on the map are neighbors in the data, where it is torn or glued, and what may be read off it.',
  },
  {
    title: 'Nothing leaves this machine',
    text: 'This browser does the work. The page is not allowed a single connection to anywhere.',
  },
];

/** What the page does, for those who see it for the first time. */
function Welcome() {
  return (
    <section class="welcome" aria-labelledby="welcome">
      <h2 id="welcome">Ask your map why it looks the way it does</h2>
      <p>
        Bring the table an embedding was made from, and the map itself if you have it: UMAP, t-SNE, PCA, or
        the latent space of a model.
      </p>
      <ul>
        {PROMISES.map(({ title, text }) => (
          <li key={title}>
            <h3>{title}</h3>
            <p>{text}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Go() {
  const why = lacking.value;
  return (
    <div class="go">
      <button type="submit" class="button primary" disabled={why !== null}>
        Explain
      </button>
      {why !== null ? (
        <p class="note" aria-live="polite">
          {why}
        </p>
      ) : (
        <p class="note command-note">
          The same in a terminal: <code>{command.value}</code>
        </p>
      )}
    </div>
  );
}

/** What went wrong; it takes the focus, so that it is read out and seen. */
export function ProblemCard({ problem: found }: { problem: Problem }) {
  const card = useRef<HTMLElement>(null);
  const { title, sentences } = problemWords(found);
  useEffect(() => card.current?.focus(), [found]);
  return (
    <section ref={card} class="problem" role="alert" tabIndex={-1}>
      <h2>{title}</h2>
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </section>
  );
}

/** Takes files that are dropped anywhere; true while some are held over the page. */
function useDrop(): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hold = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setOver(event.type !== 'dragleave' || event.relatedTarget !== null);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer) void takeDropped(event.dataTransfer);
    };
    const events = ['dragenter', 'dragover', 'dragleave'] as const;
    for (const name of events) addEventListener(name, hold);
    addEventListener('drop', drop);
    return () => {
      for (const name of events) removeEventListener(name, hold);
      removeEventListener('drop', drop);
    };
  }, []);
  return over;
}
