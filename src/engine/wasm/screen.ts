/** Rows in the engine's memory, prepared for distances by bounds: see `kernels/screen.ts`. */

import type { Matrix } from '../../model.js';
import type { Metric } from '../engine.js';
import { unwatched } from '../watch.js';
import { listEntries } from './entries.js';
import { type Frame, rankToBound, uncentered } from './frame.js';
import type { Scope } from './memory.js';
import type { Plan } from './plan.js';
import { roundingOf } from './rounding.js';
import type { Runtime } from './runtime.js';
import { CHUNK_ROWS } from './tiles.js';

export const METRIC_CODES: Record<Metric, number> = {
  euclidean: 0,
  cosine: 1,
  correlation: 2,
  manhattan: 3,
};

/** Prepared rows: their number and addresses, in the order of the kernels' `Side`. */
export interface Side {
  readonly count: number;
  readonly source: number;
  readonly packed: number;
  readonly turned: number;
  readonly low: number;
  readonly high: number;
  readonly gaps: number;
  readonly lastGaps: number;
  readonly means: number;
  readonly squares: number;
  /** Lists of what is not 0 (`listEntries`), or 0. */
  readonly starts: number;
  readonly entries: number;
}

export interface Screen {
  /** Address of the kernels' `Screen`. */
  readonly address: number;
  readonly asked: Side;
  readonly data: Side;
  /** Columns of the rows, and of the blocked product. */
  readonly columns: number;
  readonly depth: number;
  /** From a ranking distance to a squared distance in the frame (for manhattan, a distance). */
  readonly rankToBound: number;
}

/** Depth of one chain of additions (kernels/tile.ts). */
const DEPTH_BLOCK = 128;
const ULP = 2 ** -24;
/** What is lost to float32's smallest numbers, in units of the scaled data. */
const UNDERFLOW = 1e-30;

/** How products are made; as in kernels/screen.ts. */
const [FLOATS, SHORTS, LISTED] = [0, 1, 2];

/** How far computed bounds may be off, as shares of n_i + n_j (`error`) and of n (`slack`, of what is left out). */
interface Errors {
  readonly error: number;
  readonly slack: number;
}

/**
 * Chains of additions, the sum over chains, rounded coordinates, lengths and the bounds themselves (2^-24 each). A turned
 * coordinate is off by up to `turn` |v|, so a product of turned rows by 2 turn sqrt(width) |v_i| |v_j|, which is at
 * most turn sqrt(width) (n_i + n_j) and enters twice. Sums of whole numbers are exact within a pass. A tenth on top.
 */
function errorsOf(columns: number, width: number | null, rounded: boolean): Errors {
  const chain = (depth: number) => Math.min(depth, DEPTH_BLOCK) + Math.ceil(depth / DEPTH_BLOCK);
  const turn = width === null ? 0 : (chain(columns) + 3) * ULP * Math.sqrt(width);
  const depth = width ?? columns;
  const sums = rounded ? 1 + Math.ceil(depth / DEPTH_BLOCK) : chain(depth) + depth / 8;
  return { error: 1.1 * ((sums + 26) * ULP + 2 * turn), slack: 1.1 * (2 * turn + 4 * ULP) };
}

interface Rows {
  readonly data: Matrix;
  readonly asked: Matrix;
  readonly frame: Frame;
  /** Address of the data's rows where they are placed already, in any order. */
  readonly source?: number;
}

/**
 * Prepares data and asked rows; `asked` is `data` itself where the same rows are meant.
 */
export async function placeScreen(
  runtime: Runtime,
  scope: Scope,
  { data, asked, frame: given, source }: Rows,
  plan: Plan,
): Promise<Screen> {
  const listed = plan.kind === 'listed';
  const frame = listed ? uncentered(given) : given;
  const { metric, columns, scale } = frame;
  const turned = plan.kind === 'turned' ? plan : null;
  const sides = asked === data ? [data] : [data, asked];
  const rounded = listed || plan.kind === 'rounded' ? roundingOf(sides, frame, listed) : null;
  const depth = turned ? padded(turned.depth) : rounded ? Math.ceil(rounded.kept / 2) : columns;
  const width = turned ? padded(turned.basis.rows) : depth;
  const errors = errorsOf(columns, turned ? width : null, rounded !== null);
  const sizes = { depth, width: turned ? width : 0, listed };
  const dataSide = placeSide(scope, data, source ?? scope.place(data.data), metric, sizes);
  const askedSide =
    asked === data ? dataSide : placeSide(scope, asked, scope.place(asked.data), metric, sizes);
  const factor = rounded?.factor ?? 0;
  const complete = turned === null || turned.basis.rows === columns;
  const doubles = [
    rankToBound(frame),
    metric === 'euclidean' && (rounded || !complete) ? 1.1 * (columns / 8 + 12) * ULP : 0,
  ];
  const products = listed ? LISTED : rounded ? SHORTS : FLOATS;
  const whole = [METRIC_CODES[metric], columns, depth, width, complete ? 1 : 0, products];
  const factors = factorsOf(metric, errors.error, factor);
  const places = rounded ? scope.place(rounded.places) : 0;
  const placed = (side: Side): number => {
    const sides = [placeStruct(scope, side), placeStruct(scope, dataSide), places];
    return scope.place(structOf(doubles, whole, factors, sides));
  };
  const basis = turned ? scope.place(packedBasis(turned.basis, width)) : 0;
  const center = scope.place(frame.center);
  const both = asked === data ? [dataSide] : [dataSide, askedSide];
  const unlisted = placed(askedSide);
  for (const side of both) {
    await runtime.run(
      {
        kernel: 'prepareRows',
        items: Math.ceil(side.count / 8),
        scratch: runtime.size('prepareScratch', columns, width),
        work: side.count * columns * (8 + 2 * sizes.width),
        parameters: [
          ...[unlisted, placeStruct(scope, side), center, scale, basis],
          ...[errors.slack, errors.error, UNDERFLOW, factor],
        ],
      },
      unwatched,
    );
  }
  if (rounded) widenByRounding(runtime, both);
  const lists = listed
    ? await listEntries(runtime, scope, { packed: askedSide.packed, rows: askedSide.count, depth })
    : {};
  const address = placed({ ...askedSide, ...lists });
  return { address, asked: askedSide, data: dataSide, columns, depth, rankToBound: rankToBound(frame) };
}

function factorsOf(metric: Metric, error: number, factor: number): number[] {
  if (metric === 'manhattan') return [-(1 - error), -(1 + error)];
  const share = factor > 0 ? 2 / factor ** 2 : 2;
  return [share, share];
}

/**
 * With E the most that rounding took from a row, a product of rounded rows is off by up to E (|v_i| + |v_j|) + E^2;
 * it enters bounds twice.
 */
function widenByRounding(runtime: Runtime, sides: readonly Side[]): void {
  const floats = ({ count }: Side, address: number) =>
    new Float32Array(runtime.arena.memory.buffer, address, count);
  let most = 0;
  for (const side of sides) for (const lost of floats(side, side.gaps)) most = Math.max(most, lost);
  for (const side of sides) {
    const [low, high] = [floats(side, side.low), floats(side, side.high)];
    for (let r = 0; r < side.count; r++) {
      const slack = (2 * most * Math.sqrt(Math.max(0, high[r])) + most * most) * (1 + 1e-5);
      low[r] -= slack;
      high[r] += slack;
    }
    floats(side, side.gaps).fill(0);
  }
}

const padded = (columns: number): number => Math.ceil(columns / 8) * 8;

function placeSide(
  scope: Scope,
  m: Matrix,
  source: number,
  metric: Metric,
  { depth, width, listed }: { depth: number; width: number; listed: boolean },
): Side {
  const angular = metric === 'cosine' || metric === 'correlation';
  const panels = Math.ceil(m.rows / 8);
  // whole chunks: norms past the last row are infinite, so that nothing there passes
  const places = Math.ceil(m.rows / CHUNK_ROWS) * CHUNK_ROWS;
  const filled = (value: number) => scope.place(new Float32Array(places).fill(value));
  const gaps = filled(0);
  return {
    count: m.rows,
    source,
    packed: scope.allocate((listed ? places : panels * 8) * depth * 4),
    turned: width > 0 ? scope.allocate(m.rows * width * 4) : 0,
    low: filled(Number.POSITIVE_INFINITY),
    high: filled(Number.POSITIVE_INFINITY),
    gaps,
    lastGaps: width > 0 ? filled(0) : gaps,
    means: angular ? scope.allocate(panels * 8 * 8) : 0,
    squares: angular ? scope.allocate(panels * 8 * 8) : 0,
    starts: 0,
    entries: 0,
  };
}

const placeStruct = (scope: Scope, side: Side): number =>
  scope.place(
    Uint32Array.of(
      ...[side.count, side.source, side.packed, side.turned, side.low],
      ...[side.high, side.gaps, side.lastGaps, side.means, side.squares, side.starts, side.entries],
    ),
  );

/** Bytes of a kernel's structure: doubles first, then whole numbers, floats and addresses. */
export function structOf(
  doubles: readonly number[],
  whole: readonly number[],
  floats: readonly number[] = [],
  addresses: readonly number[] = [],
): Uint8Array {
  const parts = [
    Float64Array.from(doubles),
    Uint32Array.from(whole),
    Float32Array.from(floats),
    Uint32Array.from(addresses),
  ];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer), at);
    at += part.byteLength;
  }
  return bytes;
}

/** Directions as panels of 8 (kernels/tile.ts); those that pad are zero. */
function packedBasis({ rows, columns, data }: Matrix, width: number): Float32Array {
  const packed = new Float32Array(width * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      packed[((r >> 3) * columns + c) * 8 + (r & 7)] = data[r * columns + c];
    }
  }
  return packed;
}
