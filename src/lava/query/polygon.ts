/**
 * Points inside a polygon of the plane, by the even-odd rule. Ours.
 * Fails: never; a polygon of fewer than three corners holds no point.
 */

/** Corners in order; the last is joined to the first. */
export type Polygon = readonly (readonly [number, number])[];

/**
 * Indices of the points inside the polygon, ascending. Points on the border may fall on either side.
 * Cost: points x corners, for the points in the polygon's bounding box.
 * @param points coordinates, one a point, in the polygon's units.
 */
export function pointsInPolygon(
  { x, y }: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> },
  polygon: Polygon,
): Int32Array {
  const [minX, maxX] = extent(polygon, 0);
  const [minY, maxY] = extent(polygon, 1);
  const found: number[] = [];
  for (let i = 0; i < x.length; i++) {
    if (x[i] < minX || x[i] > maxX || y[i] < minY || y[i] > maxY) continue;
    if (isInside(x[i], y[i], polygon)) found.push(i);
  }
  return Int32Array.from(found);
}

/** Smallest and largest coordinate of the polygon's corners along an axis (0: x, 1: y). */
function extent(polygon: Polygon, axis: 0 | 1): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const corner of polygon) {
    least = Math.min(least, corner[axis]);
    most = Math.max(most, corner[axis]);
  }
  return [least, most];
}

/** Whether the point (x, y) is inside the polygon: a ray from it to the right crosses an odd number of edges. */
function isInside(x: number, y: number, polygon: Polygon): boolean {
  let inside = false;
  polygon.forEach(([x1, y1], i) => {
    const [x2, y2] = polygon[(i + 1) % polygon.length];
    if (y1 > y !== y2 > y && x < x1 + ((x2 - x1) * (y - y1)) / (y2 - y1)) inside = !inside;
  });
  return inside;
}
