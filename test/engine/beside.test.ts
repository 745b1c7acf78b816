// Work beside other stages: what it shows and when, and how it ends.
import { expect, test } from 'vitest';
import { beginBeside, withBeside } from '#whymap/engine/beside.js';
import { createContext, type Progress, watchStage } from '#whymap/engine/context.js';
import { CancelledError } from '#whymap/errors.js';

async function followed(signal?: AbortSignal) {
  const seen: string[] = [];
  const onProgress = ({ stage, done }: Progress) => void seen.push(`${stage} ${done}`);
  return { seen, context: await createContext({ engine: 'js', onProgress, signal }) };
}

/** Something to wait for. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

test('its progress is shown from the moment its result is asked for, what was reached first', async () => {
  const { seen, context } = await followed();
  const first = gate();
  const second = gate();
  const beside = beginBeside(context, async (own) => {
    const watch = watchStage(own, 'trust');
    watch.progress(0.5);
    await first.opened;
    watch.progress(0.75);
    await second.opened;
    return 7;
  });
  watchStage(context, 'significance').progress(1);
  expect(seen).toEqual(['significance 0', 'significance 1']);
  const result = beside.result();
  first.open();
  second.open();
  expect(await result).toBe(7);
  expect(seen.slice(2)).toEqual(['trust 0.5', 'trust 0.75']);
});

test('stages that were done by then are shown once, as far as they came', async () => {
  const { seen, context } = await followed();
  const beside = beginBeside(context, async (own) => {
    watchStage(own, 'components').progress(1);
    watchStage(own, 'neighborhoods').progress(0.5);
  });
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(seen).toEqual([]);
  await beside.result();
  await beside.result();
  expect(seen).toEqual(['components 1', 'neighborhoods 0.5']);
});

test('the signal of the caller ends it, before and during the work', async () => {
  const controller = new AbortController();
  const { context } = await followed(controller.signal);
  const turns = async (own: typeof context) => {
    const watch = watchStage(own, 'trust');
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await watch.checkpoint();
    }
  };
  const during = beginBeside(context, turns);
  controller.abort();
  await expect(during.result()).rejects.toThrow(CancelledError);
  await expect(beginBeside(context, turns).result()).rejects.toThrow(CancelledError);
});

test('stages that fail beside it end it first', async () => {
  const { context } = await followed();
  let ended = false;
  const beside = beginBeside(context, async (own) => {
    const watch = watchStage(own, 'trust');
    try {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        await watch.checkpoint();
      }
    } finally {
      ended = true;
    }
  });
  const failed = withBeside(beside, () => Promise.reject(new Error('of the stage')));
  await expect(failed).rejects.toThrow('of the stage');
  expect(ended).toBe(true);
});

test('a failure that nobody has asked for yet is heard when the result is', async () => {
  const { context } = await followed();
  const beside = beginBeside(context, () => Promise.reject(new Error('of the work')));
  await new Promise((resolve) => setTimeout(resolve, 5));
  await beside.stop();
  await expect(beside.result()).rejects.toThrow('of the work');
});
