// Data whose truth is known, for the tests of trust.

import { gatherRows } from '#whymap/core/matrix.js';
import { createRandom, permutation } from '#whymap/core/random.js';
import { matrixFrom } from './naive.js';

/**
 * Clusters that are flat discs in ten dimensions, far from one another, and a map that shows each disc as it is; but
 * cluster 0 is torn into two islands at random, and clusters 1 and 2 are laid on top of each other.
 */
export function tornAndGlued(size = 60, clusters = 8, seed = 1) {
  const random = createRandom(seed);
  const features: number[][] = [];
  const map: number[][] = [];
  const cluster: number[] = [];
  for (let c = 0; c < clusters; c++) {
    for (let s = 0; s < size; s++) {
      const [u, v] = [random.normal(), random.normal()];
      const row = Array.from({ length: 10 }, (_, axis) => (axis === c ? 40 : 0) + 0.05 * random.normal());
      row[c] += u;
      row[(c + 1) % 10] += v;
      const place = c === 2 ? 1 : c;
      const island = c === 0 && s % 2 === 0 ? clusters + 2 : place;
      features.push(row);
      map.push([12 * (island % 4) + u, 12 * Math.floor(island / 4) + v]);
      cluster.push(c);
    }
  }
  return { features: matrixFrom(features), embedding: matrixFrom(map), cluster };
}

/** A rolled-up sheet, its true coordinates, and its shadow on the plane of the roll, where turns lie on one another. */
export function swissRoll(count = 500, seed = 2) {
  const random = createRandom(seed);
  const sheet = Array.from({ length: count }, () => [
    1.5 * Math.PI * (1 + 2 * random.uniform()),
    21 * random.uniform(),
  ]);
  const length = (t: number) => (t * Math.sqrt(1 + t * t) + Math.asinh(t)) / 2;
  return {
    features: matrixFrom(sheet.map(([t, h]) => [t * Math.cos(t), h, t * Math.sin(t)])),
    unrolled: matrixFrom(sheet.map(([t, h]) => [length(t), h])),
    shadow: matrixFrom(sheet.map(([t, h]) => [t * Math.cos(t), h])),
  };
}

/** A sphere and its map by longitude and latitude: torn along the meridian at longitude pi. */
export function cutSphere(count = 600, seed = 3) {
  const random = createRandom(seed);
  const points = Array.from({ length: count }, () => {
    const [x, y, z] = [random.normal(), random.normal(), random.normal()];
    const length = Math.hypot(x, y, z);
    return [x / length, y / length, z / length];
  });
  const longitude = points.map(([x, y]) => Math.atan2(y, x));
  return {
    features: matrixFrom(points),
    embedding: matrixFrom(points.map(([, , z], i) => [longitude[i], Math.asin(z)])),
    nearCut: points.map(([x, y]) => x < 0 && Math.abs(y) < 0.12),
    farFromCut: points.map(([x, y, z]) => (x > 0 || Math.abs(y) > 0.5) && Math.abs(z) < 0.8),
  };
}

/** A tree of five branches from one root, each in a direction of its own; `glued` lays two branches side by side. */
export function tree(perBranch = 80, seed = 4) {
  const random = createRandom(seed);
  const features: number[][] = [];
  const open: number[][] = [];
  const glued: number[][] = [];
  const branch: number[] = [];
  const along: number[] = [];
  for (let b = 0; b < 5; b++) {
    for (let s = 0; s < perBranch; s++) {
      const t = 10 * random.uniform();
      const side = 0.1 * random.normal();
      features.push(Array.from({ length: 8 }, (_, c) => (c === b ? t : 0) + (c === b + 1 ? side : 0)));
      const at = (angle: number) => [
        t * Math.cos(angle) - side * Math.sin(angle),
        t * Math.sin(angle) + side * Math.cos(angle),
      ];
      open.push(at((2 * Math.PI * b) / 5));
      glued.push(at((2 * Math.PI * (b === 3 ? 1 : b)) / 5));
      branch.push(b);
      along.push(t);
    }
  }
  return { features: matrixFrom(features), open: matrixFrom(open), glued: matrixFrom(glued), branch, along };
}

export function shuffledRows(m: ReturnType<typeof matrixFrom>, seed = 5) {
  return gatherRows(m, permutation(m.rows, createRandom(seed)));
}
