// Steps of embeddings: every engine against the reference, and cancellation inside a step.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveContext, watchStage } from '#whymap/engine/context.js';
import type { Engine } from '#whymap/engine/engine.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { TSNE_OPTIONS, tsneProblem, UMAP_OPTIONS } from './cases.js';
import { ENGINES } from './engines.js';

const js = createJsEngine();
/** Steps of new samples on a map. */
const PLACEMENT = { ...TSNE_OPTIONS, steps: 3, longestForce: 0.25 };

function relative(found: Float64Array, wanted: Float64Array): number {
  const norm = (a: Float64Array) => Math.sqrt(a.reduce((sum, x) => sum + x * x, 0));
  return norm(found.map((x, at) => x - wanted[at])) / (norm(wanted) || 1);
}

/** The velocities after `steps` steps from rest, which are the forces summed up, and the divergence. */
async function moved(engine: Engine, rows: number, scale: number, lawOptions: object, ties = false) {
  const { p, state } = tsneProblem(rows, 12, scale);
  state.velocity.fill(0);
  if (ties) state.y.copyWithin(2, 0, Math.min(60, state.y.length - 2));
  const options = { ...TSNE_OPTIONS, steps: 1, withLoss: true, ...lawOptions };
  const loss = await engine.tsneSteps(p, state, options);
  return { ...state, loss };
}

for (const [name, create] of [['js', async () => createJsEngine()] as const, ...Object.entries(ENGINES)]) {
  describe(name, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => engine.close());

    test.each([2, 3, 5, 64, 300])('exact t-SNE steps of %i rows equal those of js', async (rows) => {
      for (const scale of [1e-4, 1, 100]) {
        const options = { theta: 0, steps: 3, learningRate: 1e-3, exaggeration: 4 };
        const [found, wanted] = [
          await moved(engine, rows, scale, options),
          await moved(js, rows, scale, options),
        ];
        // of forces that nearly cancel: attraction and repulsion themselves agree to 1e-6
        expect(relative(found.velocity, wanted.velocity)).toBeLessThan(2e-4);
        expect(relative(found.y, wanted.y)).toBeLessThan(1e-6);
        expect(Math.abs(found.loss - wanted.loss)).toBeLessThan(1e-4 * Math.max(1, Math.abs(wanted.loss)));
      }
    });

    test('Barnes-Hut t-SNE: the error of theta 0.5 is about a percent, with ties too', async () => {
      for (const ties of [false, true]) {
        for (const scale of [1e-4, 1, 20]) {
          const exact = await moved(js, 900, scale, { theta: 0, exaggeration: 0 }, ties);
          const found = await moved(engine, 900, scale, { theta: 0.5, exaggeration: 0 }, ties);
          expect(relative(found.velocity, exact.velocity)).toBeLessThan(0.02);
          expect(Math.abs(found.loss - exact.loss)).toBeLessThan(5e-3);
          const fine = await moved(engine, 900, scale, { theta: 0.1, exaggeration: 0 }, ties);
          expect(relative(fine.velocity, exact.velocity)).toBeLessThan(5e-4);
        }
      }
    });

    test.each([0, 0.5])('t-SNE: the step of a new sample equals its definition, theta %f', async (theta) => {
      const targets = Float64Array.from({ length: 2 * 400 }, (_, at) => 20 * Math.sin(at * at));
      const p = {
        rows: 3,
        columns: 400,
        offsets: Float64Array.of(0, 2, 3, 3),
        indices: Int32Array.of(399, 7, 1),
        values: Float32Array.of(0.25, 0.75, 1),
      };
      const y = Float64Array.of(1, 2, -30, 4, 300, -1);
      const found = y.slice();
      const options = { dimensions: 2, steps: 1, theta, momentum: 0.5, exaggeration: 2, longestForce: 0.2 };
      await engine.tsnePlacement(p, found, targets, { ...options, learningRate: 10 });
      for (let i = 0; i < 3; i++) {
        const kernel = (j: number) =>
          1 / (1 + (targets[2 * j] - y[2 * i]) ** 2 + (targets[2 * j + 1] - y[2 * i + 1]) ** 2);
        let z = 0;
        for (let j = 0; j < 400; j++) z += kernel(j);
        const force = [0, 0];
        const add = (j: number, weight: number) => {
          for (const k of [0, 1]) force[k] += weight * (targets[2 * j + k] - y[2 * i + k]);
        };
        for (let j = 0; j < 400; j++) add(j, -(kernel(j) ** 2) / z);
        for (let e = p.offsets[i]; e < p.offsets[i + 1]; e++)
          add(p.indices[e], 2 * p.values[e] * kernel(p.indices[e]));
        const factor = Math.min(1, 0.2 / Math.hypot(...force));
        // the first gain is 1.2
        for (const k of [0, 1]) {
          expect(Math.abs(found[2 * i + k] - y[2 * i + k] - 12 * factor * force[k])).toBeLessThan(
            theta === 0 ? 2e-5 : 0.05,
          );
        }
      }
    });

    test.each([2, 3, 9, 70, 400])('an epoch of UMAP with %i rows equals that of js', async (rows) => {
      for (const scale of [1e-4, 0.1, 3, 1e4]) {
        for (const lawOptions of [
          {},
          { repulsionStrength: 2.5, negativeSampleRate: 3.4 },
          { a: 0.6, b: 1.1 },
        ]) {
          const { p, state } = tsneProblem(rows, 6, scale);
          if (rows > 9) state.y.copyWithin(2, 0, 40);
          const rates = { ...p, values: p.values.map((v, e) => (e % 2 === 0 ? 1 : Math.min(1, 30 * v))) };
          // short steps: forces this stiff carry the rounding of one turn (kernels hold float32) on into the next
          const options = { ...UMAP_OPTIONS, ...lawOptions, first: 7, learningRate: 2e-3 };
          const [found, wanted] = [state.y.slice(), state.y.slice()];
          await engine.sampledEpochs(rates, found, options);
          await js.sampledEpochs(rates, wanted, options);
          const moves = (y: Float64Array) => y.map((value, at) => value - state.y[at]);
          if (scale < 1e3) expect(relative(moves(found), moves(wanted))).toBeLessThan(1e-3);
          expect(relative(found, wanted)).toBeLessThan(5e-4);
          expect(wanted).not.toEqual(state.y);
          const targets = Float64Array.from({ length: 2 * rows }, (_, at) => Math.sin(at) * scale);
          await engine.sampledEpochs(rates, found, { ...options, targets });
          await js.sampledEpochs(rates, wanted, { ...options, targets });
          expect(relative(found, wanted)).toBeLessThan(5e-4);
        }
      }
    });

    test.each([1, 3, 4, 5])('UMAP in %i dimensions, with ties, equals that of js', async (dimensions) => {
      for (const scale of [0.1, 3]) {
        const { p } = tsneProblem(120, 6, scale);
        const start = Float64Array.from({ length: 120 * dimensions }, (_, at) => scale * Math.sin(at * at));
        start.copyWithin(dimensions, 0, 8 * dimensions);
        const rates = { ...p, values: p.values.map((v, e) => (e % 2 === 0 ? 1 : Math.min(1, 30 * v))) };
        const options = { ...UMAP_OPTIONS, dimensions, first: 7, learningRate: 2e-3 };
        const [found, wanted] = [start.slice(), start.slice()];
        await engine.sampledEpochs(rates, found, options);
        await js.sampledEpochs(rates, wanted, options);
        const moves = (y: Float64Array) => y.map((value, at) => value - start[at]);
        expect(relative(moves(found), moves(wanted))).toBeLessThan(1e-3);
        const targets = Float64Array.from({ length: 90 * dimensions }, (_, at) => Math.cos(at) * scale);
        const few = { ...rates, columns: 90, indices: rates.indices.map((j) => j % 90) };
        await engine.sampledEpochs(few, found, { ...options, targets });
        await js.sampledEpochs(few, wanted, { ...options, targets });
        expect(relative(found, wanted)).toBeLessThan(5e-4);
      }
    });

    test('UMAP: attraction and repulsion of two samples equal their definition', async () => {
      const rates = {
        rows: 2,
        columns: 2,
        offsets: Float64Array.of(0, 1, 2),
        indices: Int32Array.of(1, 0),
        values: Float32Array.of(1, 1),
      };
      const { a, b } = UMAP_OPTIONS;
      const y = Float64Array.of(0.5, 0, -0.25, 0);
      const squared = 0.75 ** 2;
      const pull = (2 * 0.75 * 2 * a * b * squared ** (b - 1)) / (1 + a * squared ** b);
      const options = { ...UMAP_OPTIONS, first: 1, total: 4, learningRate: 0.1, negativeSampleRate: 0 };
      await engine.sampledEpochs(rates, y, options);
      // damped by (1 - e^-g) / g, e^g to the third power
      const g = 0.075 * (pull / 0.75);
      const damped = (1 + g / 2 + g ** 2 / 6) / (1 + g + g ** 2 / 2 + g ** 3 / 6);
      expect(y[0]).toBeCloseTo(0.5 - 0.075 * pull * damped, 5);
      expect(y[2]).toBeCloseTo(-0.25 + 0.075 * pull * damped, 5);
      // negative samples of a row of two are the row itself, which does nothing, or the other row
      const pushed = Float64Array.of(0.5, 0, -0.25, 0);
      await engine.sampledEpochs(rates, pushed, { ...options, negativeSampleRate: 400 });
      const push = (0.75 * 2 * b) / ((0.001 + squared) * (1 + a * squared ** b));
      // after the only pull nothing weakens them
      const times = (pushed[0] - 0.5 + 0.075 * pull * damped) / (0.075 * push);
      expect(Math.abs(times - Math.round(times))).toBeLessThan(2e-3);
      expect(times).toBeGreaterThan(150);
      expect(times).toBeLessThan(250);
    });

    test('UMAP: repulsion is damped by the attraction after it, as if spread evenly among it', async () => {
      const rates = {
        rows: 1,
        columns: 3,
        offsets: Float64Array.of(0, 3),
        indices: Int32Array.of(0, 1, 2),
        values: new Float32Array(3).fill(1),
      };
      const options = { ...UMAP_OPTIONS, first: 1, total: 4, learningRate: 0.4, negativeSampleRate: 3 };
      const y = Float64Array.of(0.5, 0);
      await engine.sampledEpochs(rates, y, { ...options, targets: new Float64Array(6) });
      const { a, b } = options;
      const below = 1 + a * 0.25 ** b;
      const pull = (2 * a * b * 0.25 ** (b - 1)) / below;
      const push = (2 * b) / (0.251 * below);
      const exponential = (g: number) => 1 + g + g ** 2 / 2 + g ** 3 / 6;
      const damping = (g: number) => (1 - 1 / exponential(g)) / g;
      const left = damping(0.9 * pull) / damping(0.3 * pull);
      // nearly the mean of what 2, 1 and 0 pulls leave
      const steps = [0, 1, 2].map((k) => Math.exp(-0.3 * pull * k));
      expect(Math.abs(left - (steps[0] + steps[1] + steps[2]) / 3)).toBeLessThan(0.02);
      const expected = 0.5 * (1 - 0.9 * pull * damping(0.9 * pull) + 0.3 * 9 * push * left);
      expect(y[0]).toBeCloseTo(expected, 4);
      expect(y[1]).toBeCloseTo(0, 6);
    });

    test('UMAP: a sample with very many edges ends among its targets', async () => {
      const rows = 600;
      const pairs = Array.from({ length: rows - 1 }, (_, i) => i + 1);
      const rates = {
        rows,
        columns: rows,
        offsets: Float64Array.from({ length: rows + 1 }, (_, i) => (i === 0 ? 0 : rows - 2 + i)),
        indices: Int32Array.from([...pairs, ...pairs.map(() => 0)]),
        values: new Float32Array(2 * rows - 2).fill(1),
      };
      const y = Float64Array.from({ length: 2 * rows }, (_, at) => (at < 2 ? 3 : Math.cos(1.7 * at)));
      await engine.sampledEpochs(rates, y, { ...UMAP_OPTIONS, first: 1, epochs: 4, negativeSampleRate: 0 });
      expect(Math.max(...y.map(Math.abs))).toBeLessThan(3.01);
      expect(Math.hypot(y[0], y[1])).toBeLessThan(1);
    });

    test('samples at the same coordinates stay finite', async () => {
      const { p, state } = tsneProblem(50, 6, 0);
      await engine.tsneSteps(p, state, { ...TSNE_OPTIONS, steps: 3 });
      expect(state.y.every(Number.isFinite)).toBe(true);
      await engine.tsnePlacement(p, state.y, new Float64Array(100), PLACEMENT);
      expect(state.y.every(Number.isFinite)).toBe(true);
      await engine.sampledEpochs(p, state.y.fill(0), { ...UMAP_OPTIONS, epochs: 3 });
      expect(state.y.every(Number.isFinite)).toBe(true);
    });

    test('a run that is cancelled between steps throws CancelledError and leaves its state', async () => {
      const { p, state } = tsneProblem(15_000, 2, 10);
      const before = state.y.slice();
      const soonOver = async () => {
        return watchStage(await resolveContext({ signal: AbortSignal.timeout(150) }), 'embedding');
      };
      const running = engine.tsneSteps(p, state, { ...TSNE_OPTIONS, steps: 500 }, await soonOver());
      await expect(running).rejects.toMatchObject({ code: 'cancelled' });
      expect(state.y).toEqual(before);
      const options = { ...PLACEMENT, steps: 5000 };
      const placing = engine.tsnePlacement(p, state.y, before, options, await soonOver());
      await expect(placing).rejects.toMatchObject({ code: 'cancelled' });
      expect(state.y).toEqual(before);
      const small = tsneProblem(100, 4, 1);
      await engine.tsneSteps(small.p, small.state, { ...TSNE_OPTIONS, steps: 1 });
    });
  });
}
