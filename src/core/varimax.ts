/**
 * Varimax: turns every pair of factors to the optimum of its plane, until none turns.
 *
 * Source: Kaiser (1958); plane rotations (Jacobi), each the exact optimum of its plane. Criterion: sum over factors of (sum_i
 *   b_i^4 - (sum_i b_i^2)^2 / features).
 * Shapes: factors are vectors of equal length. Precision: double; sums of even and of odd entries apart, as the kernel
 *   (kernels/associate/rotate.ts) makes them; the angle by square roots, which are the same everywhere. Deterministic.
 * Fails: never.
 */

/** Rounds over all planes at most. */
export const MOST_SWEEPS = 200;
/** Sine of the angle below which a plane counts as turned already. */
export const LEAST_SINE = 1e-9;

/** An angle by its cosine and sine. */
interface Turn {
  readonly cosine: number;
  readonly sine: number;
}

/**
 * Turns every pair of factors to the optimum of its plane, in place, until none turns any more.
 * @param features number that counts in the criterion.
 */
export function rotateToOptimum(factors: readonly Float64Array[], features: number): void {
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let turned = false;
    for (let a = 0; a < factors.length; a++) {
      for (let b = a + 1; b < factors.length; b++) {
        const turn = bestTurn(factors[a], factors[b], features);
        if (Math.abs(turn.sine) < LEAST_SINE) continue;
        turnPlane(factors[a], factors[b], turn);
        turned = true;
      }
    }
    if (!turned) return;
  }
}

/**
 * The angle by which two factors are turned in their plane for the largest criterion (Kaiser's): a quarter of the argument of
 * sum (u + iv)^2 - (sum (u + iv))^2 / features, with u = x^2 - y^2 and v = 2 x y. 0 where the plane has no better rotation.
 */
function bestTurn(x: Float64Array, y: Float64Array, features: number): Turn {
  const sumU = [0, 0];
  const sumV = [0, 0];
  const real = [0, 0];
  const imaginary = [0, 0];
  for (let i = 0; i < x.length; i++) {
    const u = x[i] * x[i] - y[i] * y[i];
    const v = 2 * x[i] * y[i];
    const half = i & 1;
    sumU[half] += u;
    sumV[half] += v;
    real[half] += u * u - v * v;
    imaginary[half] += 2 * u * v;
  }
  const [totalU, totalV] = [sumU[0] + sumU[1], sumV[0] + sumV[1]];
  const along = real[0] + real[1] - (totalU * totalU - totalV * totalV) / features;
  const across = imaginary[0] + imaginary[1] - (2 * totalU * totalV) / features;
  const size = Math.max(Math.abs(along), Math.abs(across));
  if (!(size > 0)) return { cosine: 1, sine: 0 };
  const [a, b] = [along / size, across / size];
  const length = Math.sqrt(a * a + b * b);
  return halved(halved({ cosine: a / length, sine: b / length }));
}

/** Half of an angle from -pi to pi. */
function halved({ cosine, sine }: Turn): Turn {
  if (cosine >= 0) {
    const half = Math.sqrt((1 + cosine) / 2);
    return { cosine: half, sine: sine / (2 * half) };
  }
  const half = Math.sqrt((1 - cosine) / 2);
  return { cosine: Math.abs(sine) / (2 * half), sine: sine < 0 ? -half : half };
}

/** Turns the vectors x and y in their plane, in place. */
function turnPlane(x: Float64Array, y: Float64Array, { cosine, sine }: Turn): void {
  for (let i = 0; i < x.length; i++) {
    const a = x[i];
    const b = y[i];
    x[i] = cosine * a + sine * b;
    y[i] = cosine * b - sine * a;
  }
}
