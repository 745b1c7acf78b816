/** Long work in steps: a generator that pauses every few milliseconds, so that its caller can stop it or let others work. */

/** What the steps return at their end, all of them made one after another. */
export function atOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
