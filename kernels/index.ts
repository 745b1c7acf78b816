/**
 * The kernels of the wasm engine. Each parallel kernel takes (item, scratch, ...), works on one item and
 * writes only that item's results; the JavaScript side owns all memory (engine/wasm/memory.ts).
 */

export { associateLocality, associateScratch, placeLocality } from './associate';
export { ballScratch, rankOnMap } from './ball';
export { limitLists, limitScratch, listTargets } from './begin';
export { descentScratch, joinGroup, joinNeighbors, measureLists } from './descent';
export { layRows, shortenRows } from './laid';
export { leadingScratch, leadingVector } from './leading';
export { countEntries, listEntries } from './listed';
export { multiplyStrip, packColumns, packRows } from './multiply';
export { comparePairs, pairsScratch } from './pairs';
export { accumulatePatterns, quadraticForms } from './quadratic';
export { rankLimits, targetDistances } from './ranks';
export { prepareRows, prepareScratch } from './screen';
export { repulseScratch, treeBytes, tsneItem } from './tsne';
export { umapItem } from './umap';
