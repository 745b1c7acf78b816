/**
 * Two coordinates a sample for drawing.
 *
 * A 2-D embedding is drawn as it is. More dimensions are projected on their two directions of largest
 * variance (orthogonal iteration from a fixed start: same input, same picture); one dimension is drawn
 * along x, with a fixed spread along y that carries nothing. The view says so in both cases.
 */
import type { Matrix } from 'whymap';

export type Projection = 'as-is' | 'principal' | 'line';

/** Where to draw every sample: x in `x`, y upwards in `y`, and the same map for other points (probes). */
export interface Drawing {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly projection: Projection;
  readonly dimensions: number;
  project(points: Matrix): { x: Float32Array; y: Float32Array };
}

const ITERATIONS = 60;

/** Lays out `coordinates` (samples x dimensions) in the plane. */
export function drawing(coordinates: Matrix): Drawing {
  const { columns } = coordinates;
  const project = columns === 2 ? takeTwo : columns === 1 ? spreadLine : principalPlane(coordinates);
  const projection = columns === 2 ? 'as-is' : columns === 1 ? 'line' : 'principal';
  return { ...project(coordinates), projection, dimensions: columns, project };
}

function takeTwo({ rows, data }: Matrix) {
  const x = new Float32Array(rows);
  const y = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    x[row] = data[2 * row];
    y[row] = data[2 * row + 1];
  }
  return { x, y };
}

function spreadLine({ rows, data }: Matrix) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const height = 0.2 * (high - low || 1);
  // Multiples of the golden ratio spread evenly, whatever the number of samples.
  const y = Float32Array.from({ length: rows }, (_, row) => height * ((row * 0.618033988749895) % 1));
  return { x: Float32Array.from(data), y };
}

function principalPlane(coordinates: Matrix) {
  const { columns } = coordinates;
  const mean = columnMeans(coordinates);
  const axes = leadingAxes(covariance(coordinates, mean), columns);
  return (points: Matrix) => {
    const x = new Float32Array(points.rows);
    const y = new Float32Array(points.rows);
    for (let row = 0; row < points.rows; row++) {
      for (let column = 0; column < columns; column++) {
        const value = points.data[row * columns + column] - mean[column];
        x[row] += value * axes[0][column];
        y[row] += value * axes[1][column];
      }
    }
    return { x, y };
  };
}

function columnMeans({ rows, columns, data }: Matrix): Float64Array {
  const mean = new Float64Array(columns);
  for (let at = 0; at < data.length; at++) mean[at % columns] += data[at];
  return mean.map((sum) => sum / rows);
}

function covariance({ rows, columns, data }: Matrix, mean: Float64Array): Float64Array {
  const total = new Float64Array(columns * columns);
  const centered = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < columns; c++) centered[c] = data[row * columns + c] - mean[c];
    for (let a = 0; a < columns; a++)
      for (let b = 0; b < columns; b++) total[a * columns + b] += centered[a] * centered[b];
  }
  return total;
}

function leadingAxes(matrix: Float64Array, size: number): [Float64Array, Float64Array] {
  let first = normalized(Float64Array.from({ length: size }, (_, i) => 1 + ((i * 0.618) % 1)));
  let second = normalized(Float64Array.from({ length: size }, (_, i) => 1 - 2 * ((i * 0.414) % 1)));
  for (let step = 0; step < ITERATIONS; step++) {
    first = normalized(times(matrix, first));
    second = normalized(without(times(matrix, second), first));
  }
  return [first, second];
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const { length } = vector;
  return vector.map((_, row) => {
    let sum = 0;
    for (let column = 0; column < length; column++) sum += matrix[row * length + column] * vector[column];
    return sum;
  });
}

function without(vector: Float64Array, axis: Float64Array): Float64Array {
  const along = vector.reduce((sum, value, i) => sum + value * axis[i], 0);
  return vector.map((value, i) => value - along * axis[i]);
}

function normalized(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
