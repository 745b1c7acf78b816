/**
 * Ctrl-C (and a request to end). While whymap computes, a handler tells the work to stop, which leaves nothing behind. No
 * handler can run while a library is at work in this thread, though, and one that never came back could not be ended. So
 * while files are read the default handlers apply, which end the process at once; nothing has been written by then.
 */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Aborted by the first Ctrl-C; a second one ends the process at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  return controller.signal;
}

/** Runs work during which Ctrl-C ends the process, whatever holds it. */
export async function endedBySystem<T>(work: () => Promise<T>): Promise<T> {
  const listeners = SIGNALS.flatMap((name) =>
    process.listeners(name).map((listener) => ({ name, listener })),
  );
  for (const { name, listener } of listeners) process.off(name, listener);
  try {
    return await work();
  } finally {
    for (const { name, listener } of listeners) process.on(name, listener);
  }
}
