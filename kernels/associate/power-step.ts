/** The two halves of a step of projected power iteration (leading.ts): a dense product and the projection. */

/** image (f64, count) = dense (count x stride f32, stride a multiple of 4) times vector (f32, stride). */
export function multiplyDense(dense: usize, stride: i32, count: i32, vector: usize, image: usize): void {
  const end = vector + ((<usize>stride) << 2);
  for (let i: i32 = 0; i < count; i++) {
    let row = dense + ((<usize>i * <usize>stride) << 2);
    let v = vector;
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    for (; v + 64 <= end; v += 64) {
      s0 = f32x4.add(s0, f32x4.mul(v128.load(row), v128.load(v)));
      s1 = f32x4.add(s1, f32x4.mul(v128.load(row, 16), v128.load(v, 16)));
      s2 = f32x4.add(s2, f32x4.mul(v128.load(row, 32), v128.load(v, 32)));
      s3 = f32x4.add(s3, f32x4.mul(v128.load(row, 48), v128.load(v, 48)));
      row += 64;
    }
    for (; v < end; v += 16) {
      s0 = f32x4.add(s0, f32x4.mul(v128.load(row), v128.load(v)));
      row += 16;
    }
    const s = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
    const sum =
      <f64>f32x4.extract_lane(s, 0) +
      <f64>f32x4.extract_lane(s, 1) +
      <f64>f32x4.extract_lane(s, 2) +
      <f64>f32x4.extract_lane(s, 3);
    store<f64>(image + ((<usize>i) << 3), sum);
  }
}

/**
 * vector = max(0, image) / norm, with zeros up to a multiple of 4. Returns false, and leaves vector alone, when
 * nothing is positive.
 */
export function project(image: usize, count: i32, vector: usize): boolean {
  let squares: f64 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const value = max<f64>(0, load<f64>(image + ((<usize>i) << 3)));
    squares += value * value;
  }
  if (!(squares > 0)) return false;
  const scale = 1 / sqrt(squares);
  for (let i: i32 = 0; i < count; i++) {
    const value = max<f64>(0, load<f64>(image + ((<usize>i) << 3)));
    store<f32>(vector + ((<usize>i) << 2), <f32>(value * scale));
  }
  memory.fill(vector + ((<usize>count) << 2), 0, 16);
  return true;
}
