/**
 * What lies on the disk and is not whole yet. While there is such a thing, a program that is interrupted must put it away before it
 * ends (the command line listens to Ctrl-C then); while there is none, it may end at any moment.
 * Fails: never.
 */

let count = 0;
let listener: (some: boolean) => void = () => {};

/** Calls `told` with true when something unfinished comes to lie on the disk, and with false once nothing does. One listener a program. */
export function onUnfinished(told: (some: boolean) => void): void {
  listener = told;
  told(count > 0);
}

/** Says that something unfinished is about to be on the disk. @returns what to call once it is whole or gone; again it does nothing. */
export function beginUnfinished(): () => void {
  count++;
  if (count === 1) listener(true);
  let open = true;
  return () => {
    if (!open) return;
    open = false;
    count--;
    if (count === 0) listener(false);
  };
}

/** Runs work that leaves nothing unfinished behind, but has it on the disk meanwhile. */
export async function whileUnfinished<T>(work: () => Promise<T>): Promise<T> {
  const end = beginUnfinished();
  try {
    return await work();
  } finally {
    end();
  }
}
