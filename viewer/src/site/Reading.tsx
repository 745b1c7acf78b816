/** How the files would be read, said before a run, with the role of every column to change. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { planned } from '../compute/client.js';
import type { Planned, Problem } from '../compute/messages.js';
import { Roles } from './RoleTables.js';
import { currentJob, lacking, optionTexts, phase, slots } from './state.js';
import { problemWords } from './words.js';

/** What the worker last answered, and for which question. */
const answer = signal<{ readonly planned: Planned | null; readonly problem: Problem | null }>({
  planned: null,
  problem: null,
});
const asking = signal(false);
let question = 0;

/** Files up to this size are read at once when something changes; larger ones on request. */
const AT_ONCE = 64 * 2 ** 20;
/** Time for a person to go on typing, in milliseconds. */
const PAUSE = 400;

async function ask(): Promise<void> {
  const mine = ++question;
  asking.value = true;
  const next = await planned(currentJob()).then(
    (found) => ({ planned: found, problem: null }),
    (problem: Problem) => ({ planned: answer.value.planned, problem }),
  );
  if (mine !== question) return;
  answer.value = next;
  asking.value = false;
}

export function Reading() {
  const size = Object.values(slots.value).reduce((sum, dropped) => sum + (dropped?.item.size ?? 0), 0);
  const ready = lacking.value === null && phase.value === 'start';
  const key = JSON.stringify(optionTexts.value);
  useEffect(() => {
    if (!ready || size > AT_ONCE) return;
    const timer = setTimeout(() => void ask(), PAUSE);
    return () => clearTimeout(timer);
  }, [ready, key, slots.value]);
  const { planned: found, problem } = answer.value;
  return (
    <section class="step" aria-labelledby="step-reading">
      <h2 id="step-reading">How the files are read</h2>
      {size > AT_ONCE && (
        <button type="button" class="button" disabled={!ready} onClick={() => void ask()}>
          Read them and say
        </button>
      )}
      <div aria-live="polite" aria-busy={asking.value}>
        {problem !== null && <Refused problem={problem} />}
        {problem === null && found !== null && <Plan found={found} />}
        {found === null && problem === null && <p class="note">Reading…</p>}
      </div>
      <Roles found={found} />
    </section>
  );
}

/** Why a run would stop. */
function Refused({ problem }: { problem: Problem }) {
  const { title, sentences } = problemWords(problem);
  return (
    <div class="reading-problem">
      <p>
        <strong>{title}.</strong> {sentences.join(' ')}
      </p>
    </div>
  );
}

function Plan({ found }: { found: Planned }) {
  return (
    <>
      <ul class="reading-lines">
        {found.plan.lines.map((line) => (
          <li key={line}>{line.trim()}</li>
        ))}
      </ul>
      {found.notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
    </>
  );
}
