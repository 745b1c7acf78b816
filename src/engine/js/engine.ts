/**
 * The reference engine: one thread, plain loops, double sums where that is cheap. Every other engine is tested
 * against it.
 */

import type { Engine } from '../engine.js';
import { associate } from './associate.js';
import { associationSum } from './factorize/association-sum.js';
import { solveNonNegative } from './factorize/non-negative.js';
import { quadraticForms, sumPatterns } from './factorize/products.js';
import { rotateFactors } from './factorize/rotate.js';
import { sweepAssociations, sweepPatterns } from './factorize/sweep.js';
import { graphFilter } from './graph-filter.js';
import { kMeans } from './k-means.js';
import { sumLocalSquares } from './local-squares.js';
import { multiply } from './multiply.js';
import { nearest } from './nearest.js';
import { countNearest, nearestInTree } from './nearest-in-tree.js';
import { createSampledEpochs } from './negative-sampling.js';
import { neighborhoodGraph } from './neighborhood-graph.js';
import { nearestApproximate } from './nn-descent.js';
import { nearestAndRanks, ranks } from './ranks.js';
import { tsneSteps } from './tsne.js';
import { tsnePlacement } from './tsne-placement.js';
import { weightedCorrelations } from './weighted-correlations.js';

/** Creates the reference engine; it holds nothing that needs closing. */
export function createJsEngine(): Engine {
  return {
    name: 'js',
    threads: 1,
    multiply,
    associate,
    quadraticForms,
    solveNonNegative,
    sumPatterns,
    associationSum,
    rotateFactors,
    sweepAssociations,
    sweepPatterns,
    sumLocalSquares,
    weightedCorrelations,
    nearest,
    neighborhoodGraph,
    nearestInTree,
    countNearest,
    kMeans,
    nearestApproximate,
    ranks,
    nearestAndRanks,
    tsneSteps,
    tsnePlacement,
    sampledEpochs: createSampledEpochs(),
    graphFilter,
    release: () => {},
    close: async () => {},
  };
}
