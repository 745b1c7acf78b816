/**
 * UMAP's output kernel 1 / (1 + a d^(2b)): a and b by least squares to the curve that is 1 up to minDist and
 * exp(-(d - minDist) / spread) beyond, at 300 distances from 0 to 3 * spread.
 *
 * Source: umap-learn 0.5 (`find_ab_params`). Method: Levenberg-Marquardt from a = b = 1, analytic slopes.
 * Precision: equal to SciPy's curve_fit to 1e-6. Deterministic.
 */

export interface Curve {
  readonly a: number;
  readonly b: number;
}

const POINTS = 300;

interface Normal {
  readonly error: number;
  /** J'J: aa, ab, bb; J'r: ra, rb. */
  readonly aa: number;
  readonly ab: number;
  readonly bb: number;
  readonly ra: number;
  readonly rb: number;
}

/** The a and b of UMAP's output kernel for `spread` and `minDist`. */
export function fitCurve(spread: number, minDist: number): Curve {
  let curve: Curve = { a: 1, b: 1 };
  let damping = 1e-3;
  let current = normalEquations(curve, spread, minDist);
  for (let iteration = 0; iteration < 500 && damping < 1e12; iteration++) {
    const tried = dampedStep(curve, current, damping);
    const next = normalEquations(tried, spread, minDist);
    if (!(tried.a > 0 && tried.b > 0 && next.error < current.error)) {
      damping *= 4;
      continue;
    }
    const gain = current.error - next.error;
    [curve, current, damping] = [tried, next, damping / 3];
    if (gain < 1e-16 * current.error) break;
  }
  return curve;
}

/** Squared error, J'J and J'r of the fit at a and b. */
function normalEquations({ a, b }: Curve, spread: number, minDist: number): Normal {
  const sums = { error: 0, aa: 0, ab: 0, bb: 0, ra: 0, rb: 0 };
  for (let point = 0; point < POINTS; point++) {
    const d = (3 * spread * point) / (POINTS - 1);
    const target = d < minDist ? 1 : Math.exp(-(d - minDist) / spread);
    const power = d > 0 ? d ** (2 * b) : 0;
    const q = 1 / (1 + a * power);
    const slopeA = -power * q * q;
    const slopeB = d > 0 ? -2 * a * power * Math.log(d) * q * q : 0;
    const residual = target - q;
    sums.error += residual * residual;
    sums.aa += slopeA * slopeA;
    sums.ab += slopeA * slopeB;
    sums.bb += slopeB * slopeB;
    sums.ra += slopeA * residual;
    sums.rb += slopeB * residual;
  }
  return sums;
}

/** The next a and b of Levenberg and Marquardt. */
function dampedStep({ a, b }: Curve, { aa, ab, bb, ra, rb }: Normal, damping: number): Curve {
  const left = aa * (1 + damping);
  const right = bb * (1 + damping);
  const determinant = left * right - ab * ab;
  return {
    a: a + (right * ra - ab * rb) / determinant,
    b: b + (left * rb - ab * ra) / determinant,
  };
}
