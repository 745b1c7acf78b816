/** Rows in the engine's memory, prepared for distances by bounds: see `kernels/knn-exact/prepared-rows.ts`. */

import type { Matrix } from '../../../model.js';
import type { Metric } from '../../engine.js';
import { unwatched } from '../../watch.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { type Frame, rankToBound, uncentered } from './frame.js';
import type { Plan } from './plan.js';
import { roundingOf } from './rounding.js';
import { listEntries } from './sparse-entries.js';
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
  /** Address of the kernels' `Table`, or 0. */
  readonly table: number;
  /** Columns of the rows, and of the blocked product. */
  readonly columns: number;
  readonly depth: number;
  /** From a ranking distance to a squared distance in the frame (for manhattan, a distance). */
  readonly rankToBound: number;
}

/** Depth of one chain of additions (kernels/associate/tile.ts). */
const DEPTH_BLOCK = 128;
/** Bytes of the kernels' `Table`. */
const TABLE = 32;
/** Where rounding took less than this share of a unit from any row, float32 tells no more of a pair than whole numbers. */
const LITTLE = 0.01;
const ULP = 2 ** -24;
/** What is lost to float32's smallest numbers, in units of the scaled data. */
const UNDERFLOW = 1e-30;

/** How products are made; as in kernels/knn-exact/prepared-rows.ts. */
const PRODUCTS = { whole: 0, turned: 0, rounded: 1, listed: 2, bytes: 3 } as const;

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

/** What a plan makes of rows: their frame, and how many numbers of which kind. */
interface Layout {
  readonly kind: Plan['kind'];
  readonly frame: Frame;
  /** Columns of the blocked product, and directions in all; `complete` where they leave nothing out. */
  readonly depth: number;
  readonly width: number;
  readonly complete: boolean;
  readonly basis: Matrix | null;
  /** Whole numbers are coordinates times this; 0 where there are none. Their places: see `Rounding`. */
  readonly factor: number;
  readonly places: Int32Array | null;
}

function layoutOf(plan: Plan, given: Frame, sides: readonly Matrix[]): Layout {
  const { kind } = plan;
  const { columns } = given;
  const plain = { kind, frame: given, depth: columns, width: columns, complete: true, basis: null };
  if (kind === 'whole') return { ...plain, factor: 0, places: null };
  if (kind === 'bytes') {
    const { frame, places, kept } = plan.bytes;
    return { ...plain, frame, depth: kept, width: kept, factor: 1 / frame.step, places };
  }
  if (kind === 'turned') {
    const { basis } = plan;
    const sizes = { depth: padded(plan.depth), width: padded(basis.rows), complete: basis.rows === columns };
    return { ...plain, ...sizes, basis, factor: 0, places: null };
  }
  const listed = kind === 'listed';
  const frame = listed ? uncentered(given) : given;
  const { factor, places, kept } = roundingOf(sides, frame, listed);
  const depth = Math.ceil(kept / 2);
  return { ...plain, frame, depth, width: depth, factor, places };
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
  const layout = layoutOf(plan, given, asked === data ? [data] : [data, asked]);
  const { frame, depth, width, factor } = layout;
  const { metric, columns } = frame;
  const dataSide = placeSide(scope, data, source ?? scope.place(data.data), layout);
  const askedSide = asked === data ? dataSide : placeSide(scope, asked, scope.place(asked.data), layout);
  const errors = errorsOf(columns, layout.basis && width, factor > 0);
  const whole = [METRIC_CODES[metric], columns, depth, width, layout.complete ? 1 : 0, PRODUCTS[layout.kind]];
  const factors = factorsOf(metric, errors.error, factor);
  const places = layout.places ? scope.place(layout.places) : 0;
  const table = layout.kind === 'bytes' ? scope.allocate(TABLE) : 0;
  const placed = (side: Side, wholeError: number): number => {
    const addresses = [placeStruct(scope, side), placeStruct(scope, dataSide), places, table];
    return scope.place(structOf([rankToBound(frame), wholeError], whole, factors, addresses));
  };
  const both = asked === data ? [dataSide] : [dataSide, askedSide];
  await prepareSides(runtime, scope, { unprepared: placed(askedSide, 0), sides: both, layout, errors });
  const lost = factor > 0 ? widenByRounding(runtime, both) * factor : 0;
  const lists =
    layout.kind === 'listed'
      ? await listEntries(runtime, scope, { packed: askedSide.packed, rows: askedSide.count, depth })
      : {};
  const further = metric === 'euclidean' && (lost > LITTLE || !layout.complete);
  const address = placed({ ...askedSide, ...lists }, further ? 1.1 * (columns / 8 + 12) * ULP : 0);
  const shape = { columns, depth, rankToBound: rankToBound(frame) };
  return { address, table, asked: askedSide, data: dataSide, ...shape };
}

interface Preparing {
  /** Address of a `Screen` of these sides, without what is known only when they are prepared. */
  readonly unprepared: number;
  readonly sides: readonly Side[];
  readonly layout: Layout;
  readonly errors: Errors;
}

async function prepareSides(
  runtime: Runtime,
  scope: Scope,
  { unprepared, sides, layout, errors }: Preparing,
): Promise<void> {
  const { basis, width, factor, frame } = layout;
  const { columns, scale } = frame;
  const directions = basis ? scope.place(packedBasis(basis, width)) : 0;
  const center = scope.place(frame.center);
  for (const side of sides) {
    await runtime.run(
      {
        kernel: 'prepareRows',
        items: Math.ceil(side.count / 8),
        scratch: runtime.size('prepareScratch', columns, width),
        work: side.count * columns * (8 + (basis ? 2 * width : 0)),
        parameters: [
          ...[unprepared, placeStruct(scope, side), center, scale, directions],
          ...[errors.slack, errors.error, UNDERFLOW, factor],
        ],
      },
      unwatched,
    );
  }
}

function factorsOf(metric: Metric, error: number, factor: number): number[] {
  if (metric === 'manhattan') return [-(1 - error), -(1 + error)];
  const share = factor > 0 ? 2 / factor ** 2 : 2;
  return [share, share];
}

/**
 * With E the most that rounding took from a row, a product of rounded rows is off by up to E (|v_i| + |v_j|) + E^2;
 * it enters bounds twice. Returns E.
 */
function widenByRounding(runtime: Runtime, sides: readonly Side[]): number {
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
  return most;
}

const padded = (columns: number): number => Math.ceil(columns / 8) * 8;

function placeSide(
  scope: Scope,
  m: Matrix,
  source: number,
  { kind, frame, depth, width, basis }: Layout,
): Side {
  const { metric } = frame;
  const angular = metric === 'cosine' || metric === 'correlation';
  const panels = Math.ceil(m.rows / 8);
  // whole chunks: norms past the last row are infinite, so that nothing there passes
  const places = Math.ceil(m.rows / CHUNK_ROWS) * CHUNK_ROWS;
  const filled = (value: number) => scope.place(new Float32Array(places).fill(value));
  const gaps = filled(0);
  return {
    count: m.rows,
    source,
    packed: scope.allocate((kind === 'listed' ? places : panels * 8) * depth * (kind === 'bytes' ? 1 : 4)),
    turned: basis ? scope.allocate(m.rows * width * 4) : 0,
    low: filled(Number.POSITIVE_INFINITY),
    high: filled(Number.POSITIVE_INFINITY),
    gaps,
    lastGaps: basis ? filled(0) : gaps,
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

/** Directions as panels of 8 (kernels/associate/tile.ts); those that pad are zero. */
function packedBasis({ rows, columns, data }: Matrix, width: number): Float32Array {
  const packed = new Float32Array(width * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      packed[((r >> 3) * columns + c) * 8 + (r & 7)] = data[r * columns + c];
    }
  }
  return packed;
}
