/** The structures of a map and of the caller's regions, each with its judgement: what `traceStructure` then puts into words. */

import type { Matrix } from '../../model.js';
import { type Borders, bordersOf, continuityBetween } from './continuity.js';
import { type Judged, judgeBridge, judgeCluster, judgeGap, judgeHole, type TestSpace } from './judge.js';
import { nearestDistance } from './links.js';
import type { MapBridge, MapGap, MapHole, MapStructures, StructureKind } from './types.js';

/** Samples that a person selected, under a name. */
export interface NamedRegion {
  readonly name: string;
  /** Row numbers, ascending. */
  readonly rows: Int32Array;
}

export interface Candidate {
  readonly kind: StructureKind;
  readonly name: string;
  readonly rows: readonly Int32Array[];
  readonly judged: Judged;
  /** How marked it is on the map: the width of a gap (the least one of a cluster), the ratio of a bridge or hole; else null. */
  readonly mark: number | null;
  /** Only for a hole: where it is. */
  readonly hole: MapHole | null;
  /** Names of the groups on its sides, for words. */
  readonly sides: readonly string[];
}

/** Judges everything that the map shows, then the regions. @param nameOf name of a cluster for people. */
export function judgeStructures(
  found: MapStructures,
  regions: readonly NamedRegion[],
  test: TestSpace,
  map: Matrix,
  least: number,
): Candidate[] {
  const borders = bordersOf(test.lists, found.pieces);
  const gaps = testedGaps(found, test, borders);
  return [
    ...clusterCandidates(found, gaps),
    ...gaps.filter(({ gap }) => gap.adjacent).map(({ gap, judged }) => gapCandidate(found, gap, judged)),
    ...found.bridges.map((bridge) => bridgeCandidate(found, bridge, null, test, borders)),
    ...found.holes.map((hole, at) => holeCandidate(hole, at, test, map)),
    ...regions.map((region) =>
      region.rows.length < least && found.clusters.length > 1
        ? bridgeCandidate(found, nearestTwo(found, region, map), region.name, test, borders)
        : regionCandidate(found, region, test, least),
    ),
  ];
}

interface TestedGap {
  readonly gap: MapGap;
  readonly judged: Judged;
}

/** Gaps between clusters that are adjacent on the map or meet in the data. */
function testedGaps({ clusters, gaps }: MapStructures, test: TestSpace, borders: Borders): TestedGap[] {
  return gaps
    .filter(({ adjacent, a, b }) => adjacent || borders.next[a].has(b))
    .map((gap) => {
      const { a, b } = gap;
      const judged = judgeGap(test, clusters[a].rows, clusters[b].rows, continuityBetween(borders, a, b));
      return { gap, judged };
    });
}

/** A gap between two clusters. */
function gapCandidate({ clusters }: MapStructures, { a, b, width }: MapGap, judged: Judged): Candidate {
  const sides = [clusters[a].name, clusters[b].name];
  const rows = [clusters[a].rows, clusters[b].rows];
  return { kind: 'gap', name: `gap ${sides.join(' | ')}`, rows, judged, mark: width, hole: null, sides };
}

/** Every cluster, where there is more than one. */
function clusterCandidates({ clusters }: MapStructures, gaps: readonly TestedGap[]): Candidate[] {
  if (clusters.length < 2) return [];
  return clusters.map(({ name, rows }, at) => {
    const around = gaps.filter(({ gap }) => gap.a === at || gap.b === at);
    const mark = around.reduce((least, { gap }) => Math.min(least, gap.width), Number.POSITIVE_INFINITY);
    const judged = judgeCluster(around.map((tested) => tested.judged));
    return {
      kind: 'cluster',
      name: `cluster ${name}`,
      rows: [rows],
      judged,
      mark,
      hole: null,
      sides: [name],
    };
  });
}

/** Few samples between two clusters, found or (with a name) selected. */
function bridgeCandidate(
  { clusters }: MapStructures,
  bridge: MapBridge,
  name: string | null,
  test: TestSpace,
  borders: Borders,
): Candidate {
  const without = (rows: Int32Array) => (name === null ? rows : rows.filter((i) => !bridge.rows.includes(i)));
  const { connected } = continuityBetween(borders, bridge.a, bridge.b);
  const [a, b] = [without(clusters[bridge.a].rows), without(clusters[bridge.b].rows)];
  const sides = [clusters[bridge.a].name, clusters[bridge.b].name];
  return {
    kind: 'bridge',
    name: name ?? `bridge ${sides.join(' - ')}`,
    rows: [bridge.rows],
    judged: judgeBridge(test, a, b, bridge, connected),
    mark: name === null ? bridge.ratio : null,
    hole: null,
    sides,
  };
}

/** A selected region of few samples as a bridge between the two clusters nearest to it on the map. */
function nearestTwo({ clusters }: MapStructures, { rows }: NamedRegion, map: Matrix): MapBridge {
  const near = clusters
    .map((cluster, at) => {
      const others = cluster.rows.filter((i) => !rows.includes(i));
      return { at, distance: nearestDistance(map, rows, others) };
    })
    .sort((x, y) => x.distance - y.distance || x.at - y.at);
  const [a, b] = [near[0].at, near[1].at].sort((x, y) => x - y);
  return { a, b, rows, ratio: Number.NaN };
}

/** A hole of the map. */
function holeCandidate(hole: MapHole, at: number, test: TestSpace, map: Matrix): Candidate {
  const judged = judgeHole(test, map, hole);
  return {
    kind: 'hole',
    name: `hole ${at + 1}`,
    rows: [hole.rim],
    judged,
    mark: hole.ratio,
    hole,
    sides: [],
  };
}

/** A selected region as a group of its own: it stands apart from what is left of every cluster. */
function regionCandidate(
  found: MapStructures,
  { name, rows }: NamedRegion,
  test: TestSpace,
  least: number,
): Candidate {
  const inside = new Uint8Array(test.space.rows);
  for (const i of rows) inside[i] = 1;
  const pieces = found.pieces.map((piece, i) => (inside[i] ? 0 : piece + 1));
  const borders = bordersOf(test.lists, pieces);
  const gaps = found.clusters
    .map((cluster, at) => ({ piece: at + 1, others: cluster.rows.filter((i) => !inside[i]) }))
    .filter(({ others }) => others.length >= least)
    .map(({ piece, others }) => judgeGap(test, rows, others, continuityBetween(borders, 0, piece)));
  const judged = judgeCluster(gaps);
  return { kind: 'region', name, rows: [rows], judged, mark: null, hole: null, sides: [name] };
}
