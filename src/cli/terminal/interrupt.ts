/**
 * Ctrl-C (and a request to end). While nothing unfinished lies on the disk, the system's own handlers apply, which end the process at
 * once, whatever it is doing: no handler of ours can run while this thread computes or a library holds it. While something does
 * (results being written), a handler tells the work to stop, which puts it away.
 */

import { beginUnfinished, onUnfinished } from '../../io/output/unfinished.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Aborted by the first Ctrl-C that comes while something is unfinished; a second one ends the process at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  onUnfinished((some) => {
    // an interrupt that was heard ends the process by itself
    if (!some && controller.signal.aborted) return;
    for (const name of SIGNALS) process[some ? 'on' : 'off'](name, interrupt);
  });
  return controller.signal;
}

/** Hears interrupts from now to the end of the process, for work that ends in its own way. */
export const hearInterrupts = (): void => void beginUnfinished();
