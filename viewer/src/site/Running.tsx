/** A run on its way: its stages, how far each is, and a way to stop. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { command, type Stage, stages, stop } from './state.js';
import { TopBar } from './TopBar.js';
import { seconds, stageName } from './words.js';

export function Running() {
  const [stopping, setStopping] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const now = useClock();
  useEffect(() => heading.current?.focus(), []);
  const shown = merged(stages.value);
  const current = shown.at(-1);
  return (
    <div class="page site">
      <TopBar />
      <main class="start">
        <div class="sheet">
          <h2 ref={heading} tabIndex={-1}>
            {stopping ? 'Stopping' : 'Working on this machine'}
          </h2>
          <p class="unseen" aria-live="polite">
            {current ? stageName(current.name) : 'Starting'}
          </p>
          <ol class="stages">
            {shown.map((stage) => (
              <li key={stage.began}>
                <span>{stageName(stage.name)}</span>
                <progress
                  aria-label={stageName(stage.name)}
                  max={1}
                  value={stage.ended === null ? stage.done : 1}
                />
                <span class="note">{seconds(Math.max(0, (stage.ended ?? now) - stage.began) / 1000)}</span>
              </li>
            ))}
            {shown.length === 0 && <li class="note">Starting</li>}
          </ol>
          <div class="go">
            <button
              type="button"
              class="button"
              disabled={stopping}
              onClick={() => {
                setStopping(true);
                stop();
              }}
            >
              Stop
            </button>
            <p class="note command-note">
              The same in a terminal: <code>{command.value}</code>
            </p>
          </div>
        </div>
      </main>
    </div>
  );
}

/** Stages of one name in words that follow one another are one to a person, whose bar never goes back. */
function merged(list: readonly Stage[]): Stage[] {
  const result: Stage[] = [];
  for (const stage of list) {
    const last = result.at(-1);
    if (last && stageName(last.name) === stageName(stage.name)) {
      result[result.length - 1] = { ...stage, began: last.began, done: Math.max(last.done, stage.done) };
    } else result.push(stage);
  }
  return result;
}

/** The time, often enough to see it run. */
function useClock(): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 200);
    return () => clearInterval(timer);
  }, []);
  return now;
}
