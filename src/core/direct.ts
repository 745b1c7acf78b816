/**
 * DIRECT: deterministic global minimization in a box, without derivatives.
 *
 * Source: Jones, Perttunen and Stuckman (1993), "Lipschitzian optimization without the Lipschitz constant".
 * The box is divided into thirds along its longest sides; in each round every potentially optimal rectangle
 * (on the lower right hull of size against value) is divided. Cost: `evaluations` calls, no more than 2 *
 * dimensions beyond it are ever planned. Ties go to the rectangle made first. No randomness.
 */

export interface DirectResult {
  readonly point: readonly number[];
  readonly value: number;
  readonly evaluations: number;
}

interface Rectangle {
  readonly center: readonly number[];
  /** Number of times each side has been cut in three. */
  readonly cuts: readonly number[];
  readonly value: number;
}

/** Slope below which an improvement is not worth following: Jones's epsilon. */
const EPSILON = 1e-4;

/**
 * Minimizes `evaluate` over the box `lower` to `upper`. Up to 2 * dimensions evaluations are under way at once.
 * @param evaluations budget of calls; the result is the best point seen.
 */
export async function minimizeDirect(
  evaluate: (point: number[]) => Promise<number>,
  box: { readonly lower: readonly number[]; readonly upper: readonly number[] },
  evaluations: number,
): Promise<DirectResult> {
  const scale = (unit: readonly number[]) =>
    unit.map((x, i) => box.lower[i] + x * (box.upper[i] - box.lower[i]));
  let used = 0;
  const at = async (center: readonly number[]) => {
    used++;
    return evaluate(scale(center));
  };
  const center = box.lower.map(() => 0.5);
  const rectangles: Rectangle[] = [{ center, cuts: center.map(() => 0), value: await at(center) }];
  let progress = true;
  while (used < evaluations && progress) {
    progress = false;
    for (const chosen of potentiallyOptimal(rectangles)) {
      if (used >= evaluations) break;
      progress = true;
      await divide(rectangles, chosen, at, evaluations - used);
    }
  }
  const best = rectangles.reduce((a, b) => (b.value < a.value ? b : a));
  return { point: scale(best.center), value: best.value, evaluations: used };
}

/** Half diagonal of a rectangle. */
function sizeOf(rectangle: Rectangle): number {
  return 0.5 * Math.sqrt(rectangle.cuts.reduce((sum, cuts) => sum + 9 ** -cuts, 0));
}

/** The rectangles that could hold the minimum for some Lipschitz constant, smallest first. */
function potentiallyOptimal(rectangles: readonly Rectangle[]): Rectangle[] {
  const bestBySize = new Map<number, Rectangle>();
  let least = Number.POSITIVE_INFINITY;
  for (const rectangle of rectangles) {
    least = Math.min(least, rectangle.value);
    const size = sizeOf(rectangle);
    const best = bestBySize.get(size);
    if (!best || rectangle.value < best.value) bestBySize.set(size, rectangle);
  }
  const candidates = [...bestBySize].sort(([a], [b]) => a - b);
  return candidates
    .filter(([size, rectangle]) => {
      let low = Number.NEGATIVE_INFINITY;
      let high = Number.POSITIVE_INFINITY;
      for (const [otherSize, other] of candidates) {
        if (otherSize < size) low = Math.max(low, (rectangle.value - other.value) / (size - otherSize));
        if (otherSize > size) high = Math.min(high, (other.value - rectangle.value) / (otherSize - size));
      }
      const promising = rectangle.value - high * size <= least - EPSILON * Math.abs(least);
      return low <= high && high > 0 && (high === Number.POSITIVE_INFINITY || promising);
    })
    .map(([, rectangle]) => rectangle);
}

/** Cuts a rectangle in thirds along its longest sides, the side with the best new value first. */
async function divide(
  rectangles: Rectangle[],
  chosen: Rectangle,
  at: (center: readonly number[]) => Promise<number>,
  budget: number,
): Promise<void> {
  const fewest = Math.min(...chosen.cuts);
  const sides = chosen.cuts
    .flatMap((cuts, i) => (cuts === fewest ? [i] : []))
    .slice(0, Math.max(1, budget >> 1));
  const step = 3 ** -(fewest + 1);
  const moved = (side: number, by: number) => chosen.center.map((x, i) => (i === side ? x + by : x));
  // all at once: none depends on another
  const centers = sides.flatMap((side) => [moved(side, -step), moved(side, step)]);
  const values = await allOf(centers.map(at));
  const probes = sides.map((side, i) => {
    const below = { center: centers[2 * i], value: values[2 * i] };
    const above = { center: centers[2 * i + 1], value: values[2 * i + 1] };
    return { side, below, above, best: Math.min(below.value, above.value) };
  });
  probes.sort((a, b) => a.best - b.best || a.side - b.side);
  let cuts = chosen.cuts;
  for (const probe of probes) {
    cuts = cuts.map((c, i) => (i === probe.side ? c + 1 : c));
    rectangles.push({ ...probe.below, cuts }, { ...probe.above, cuts });
  }
  rectangles[rectangles.indexOf(chosen)] = { ...chosen, cuts };
}

/** The values of all, once every one has ended; rejects as the first that fails. */
async function allOf<T>(started: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(started);
  return Promise.all(started);
}
