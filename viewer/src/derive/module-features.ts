/** What the charts of a module draw: its leading features as a matrix and as a graph, its presence as a histogram. */
import { bin } from 'd3-array';
import {
  forceCenter,
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
} from 'd3-force';
import type { ModuleDescription, ModulePair } from 'whymap';
import type { PresenceColumn } from './presence.js';

export interface FeatureMatrix {
  /** Leading features, strongest first. */
  readonly features: readonly number[];
  /** Signed correlation of features i and j, rows first; 1 on the diagonal, NaN where it was not described. */
  readonly correlations: Float64Array;
}

/** The features that the pairs are made of, and the correlation of each two. */
export function featureMatrix({ topFeatures, pairs }: ModuleDescription, most: number): FeatureMatrix {
  const paired = new Set(pairs.flatMap(({ a, b }) => [a, b]));
  const features = topFeatures
    .map(({ feature }) => feature)
    .filter((feature) => paired.has(feature))
    .slice(0, most);
  const size = features.length;
  const index = new Map(features.map((feature, i) => [feature, i]));
  const correlations = new Float64Array(size * size).fill(Number.NaN);
  for (let i = 0; i < size; i++) correlations[i * size + i] = 1;
  for (const { a, b, correlation } of pairs) {
    const [i, j] = [index.get(a), index.get(b)];
    if (i === undefined || j === undefined) continue;
    correlations[i * size + j] = correlation;
    correlations[j * size + i] = correlation;
  }
  return { features, correlations };
}

export interface GraphNode {
  readonly feature: number;
  readonly loading: number;
  readonly x: number;
  readonly y: number;
}

export interface FeatureGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly { readonly from: GraphNode; readonly to: GraphNode; readonly pair: ModulePair }[];
  /** Pairs that are not drawn: weak ones, beyond what keeps the drawing readable. */
  readonly left: number;
}

/** Correlations nearer to zero are no edge. */
const LEAST_EDGE = 0.1;
const EDGES_A_NODE = 2;
const TICKS = 300;

/** The strongest pairs as edges, laid out by forces: pairs that go together closely lie near. Deterministic. */
export function featureGraph(
  description: ModuleDescription,
  most: number,
  size: { width: number; height: number },
): FeatureGraph {
  const { features } = featureMatrix(description, most);
  const loadings = new Map(description.topFeatures.map(({ feature, loading }) => [feature, loading]));
  const nodes = features.map((feature) => ({ feature, loading: loadings.get(feature) ?? 0, x: 0, y: 0 }));
  const index = new Map(features.map((feature, i) => [feature, i]));
  const known = description.pairs.filter(
    ({ a, b, correlation }) => index.has(a) && index.has(b) && Math.abs(correlation) >= LEAST_EDGE,
  );
  const strongest = [...known].sort((p, q) => strength(q) - strength(p) || p.a - q.a || p.b - q.b);
  const shown = readable(strongest, nodes.length);
  const links = shown.map((pair) => ({
    source: index.get(pair.a) ?? 0,
    target: index.get(pair.b) ?? 0,
    pair,
  }));
  for (const [i, node] of nodes.entries()) {
    const angle = (2 * Math.PI * i) / nodes.length;
    node.x = size.width / 2 + 0.3 * size.width * Math.cos(angle);
    node.y = size.height / 2 + 0.3 * size.height * Math.sin(angle);
  }
  forceSimulation(nodes)
    .force(
      'link',
      forceLink<(typeof nodes)[number], (typeof links)[number]>(links).distance(
        ({ pair }) => 40 + 70 * (1 - Math.abs(pair.correlation)),
      ),
    )
    .force('charge', forceManyBody().strength(-220))
    .force('collide', forceCollide(26))
    .force('center', forceCenter(size.width / 2, size.height / 2))
    .force('x', forceX(size.width / 2).strength(0.04))
    .force('y', forceY(size.height / 2).strength(0.1))
    .stop()
    .tick(TICKS);
  fillDrawing(nodes, size);
  return {
    nodes,
    edges: shown.map((pair) => ({
      from: nodes[index.get(pair.a) ?? 0],
      to: nodes[index.get(pair.b) ?? 0],
      pair,
    })),
    left: known.length - shown.length,
  };
}

const strength = ({ weight, correlation }: ModulePair): number => weight * Math.abs(correlation);

/** A tree of the strongest pairs, so that no feature with an edge is cut off, and the strongest of the rest. */
function readable(strongest: readonly ModulePair[], nodes: number): ModulePair[] {
  const group = new Map<number, number>();
  const find = (feature: number): number => {
    const up = group.get(feature) ?? feature;
    return up === feature ? feature : find(up);
  };
  const tree = strongest.filter(({ a, b }) => {
    const [x, y] = [find(a), find(b)];
    if (x !== y) group.set(x, y);
    return x !== y;
  });
  const rest = strongest.filter((pair) => !tree.includes(pair));
  return [...tree, ...rest.slice(0, Math.max(0, EDGES_A_NODE * nodes - tree.length))];
}

const MARGIN = { x: 62, y: 26 };

/** Moves and scales the nodes into the drawing, with room for the names. */
function fillDrawing(
  nodes: { x: number; y: number }[],
  { width, height }: { width: number; height: number },
): void {
  for (const [key, length, margin] of [
    ['x', width, MARGIN.x],
    ['y', height, MARGIN.y],
  ] as const) {
    const all = nodes.map((node) => node[key]);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const scale = Math.min(2, (length - 2 * margin) / (high - low || 1));
    const middle = (low + high) / 2;
    for (const node of nodes) node[key] = length / 2 + (node[key] - middle) * scale;
  }
}

export interface PresenceBins {
  readonly bins: readonly { readonly from: number; readonly to: number; readonly count: number }[];
  /** Samples with none of the module at all, which are in no bin. */
  readonly without: number;
}

const BINS = 28;

/** How many samples have how much of the module. */
export function presenceBins({ values, top }: PresenceColumn): PresenceBins {
  const some = values.filter((value) => value > 0);
  // in double: `top` rounded to single precision may lie above the domain, and its samples in no bin
  const cutOff = Array.from(some, (value) => Math.min(value, top));
  const made = bin<number, number>()
    .domain([0, top])
    .thresholds(Array.from({ length: BINS - 1 }, (_, i) => ((i + 1) * top) / BINS))(cutOff);
  return {
    bins: made.map((each) => ({ from: each.x0 ?? 0, to: each.x1 ?? top, count: each.length })),
    without: values.length - some.length,
  };
}
