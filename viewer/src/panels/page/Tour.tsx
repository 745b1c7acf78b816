/**
 * A short tour for those who open the viewer for the first time: four steps beside the map, each with the part of the
 * page that it speaks of outlined. It covers nothing, takes no focus by itself, and is not shown again once it was
 * ended; the question mark at the top brings it back.
 */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from '../parts/Icon.js';

const STEPS = [
  {
    part: '.map',
    title: 'Your map',
    text: 'Each dot is a sample. Drag to move, scroll to zoom. The colors say which module is strongest at each sample; \u201cColor by\u201d shows other things.',
  },
  {
    part: '#panel',
    title: 'What makes it: modules',
    text: 'A module is a set of features that rise and fall together. Open a card to see its features, where on the map it is at work, and whether it is more than chance.',
  },
  {
    part: '.map',
    title: 'Ask about any place',
    text: 'Click a sample, or hold Shift and draw around some: the answer says which modules are there and what differs from everywhere else.',
  },
  {
    part: '.tabs',
    title: 'How far to believe it',
    text: '\u201cTrust\u201d says where the map shows the data as they are and where it tears or glues. \u201cRun\u201d has every setting.',
  },
] as const;

const SEEN = 'whymap-tour';

/** Where nothing can be kept (a page from disk with storage turned off), the tour is shown each time. */
function wasSeen(): boolean {
  try {
    return localStorage.getItem(SEEN) !== null;
  } catch {
    return false;
  }
}

function keepSeen(): void {
  try {
    localStorage.setItem(SEEN, 'seen');
  } catch {
    // nothing can be kept here
  }
}

/** The step that is shown, from 0; null for none. */
const step = signal<number | null>(wasSeen() ? null : 0);

function end(): void {
  step.value = null;
  keepSeen();
}

export function Tour() {
  const at = step.value;
  useEffect(() => {
    if (at === null) return;
    const part = document.querySelector(STEPS[at].part);
    part?.classList.add('toured');
    return () => part?.classList.remove('toured');
  }, [at]);
  if (at === null) return null;
  const { title, text } = STEPS[at];
  const last = at === STEPS.length - 1;
  return (
    <section
      class="tour"
      aria-label="A short tour"
      onKeyDown={(event) => {
        if (event.key === 'Escape') end();
      }}
    >
      <div aria-live="polite">
        <h2>
          {title} <span class="note">{`${at + 1} of ${STEPS.length}`}</span>
        </h2>
        <p>{text}</p>
      </div>
      <p class="actions">
        {at > 0 && (
          <button type="button" class="text-button" onClick={() => (step.value = at - 1)}>
            Back
          </button>
        )}
        <button type="button" class="button" onClick={() => (last ? end() : (step.value = at + 1))}>
          {last ? 'Done' : 'Next'}
        </button>
        <button type="button" class="text-button tour-end" onClick={end}>
          End the tour
        </button>
      </p>
    </section>
  );
}

export function TourButton() {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label="Show the tour"
      title="Tour"
      onClick={() => {
        step.value = 0;
      }}
    >
      <Icon name="help" />
    </button>
  );
}
