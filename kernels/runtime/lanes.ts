/**
 * Sum of the four f32 lanes of a vector, always added in the same order. Fails: never; arguments are trusted, since
 * the engine checks them before it calls.
 * @param v four f32.
 */
export function sumLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) +
    f32x4.extract_lane(v, 1) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}
