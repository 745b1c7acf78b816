/**
 * Gene-set enrichment: which known sets of features does a module hold more of than chance?
 *
 * Source: the hypergeometric test of over-representation. The background is the features that were explained,
 * never a genome: a set counts by its members among them. Corrected over all modules and sets together by
 * Benjamini and Hochberg. Names are matched as written, and without regard to case where that fails.
 * Cost: modules x sets. How it fails: features of one module are correlated, so the test, which takes genes as
 * independent draws, says how a module is called, not that the set is regulated.
 */

import { benjaminiHochberg, hypergeometricP } from '../../core/multiple-testing.js';
import { FormatError } from '../../errors.js';
import type { Explanation, Warning } from '../../model.js';
import { LEAST_LOADING } from './describe.js';

/** Members that a set must have among the features to be tested. */
const LEAST_MEMBERS = 3;

export interface GeneSet {
  readonly name: string;
  readonly genes: readonly string[];
}

export interface EnrichmentOptions {
  /** Sets with fewer members among the features explained are left out. Default 3. */
  readonly leastMembers?: number;
  /** Features with at least this loading stand for the module. Default 0.25. */
  readonly leastLoading?: number;
}

export interface Enrichment {
  readonly module: string;
  readonly set: string;
  /** Features of the module in the set, strongest first. */
  readonly hits: readonly string[];
  readonly moduleSize: number;
  /** Members of the set among the features explained. */
  readonly setSize: number;
  /** Hits relative to the number expected by chance. */
  readonly fold: number;
  readonly p: number;
  readonly pAdjusted: number;
}

/**
 * Sets of a GMT file: one a line, name, description and genes separated by tabs.
 * @throws FormatError naming the first line that has no genes.
 */
export function parseGeneSets(text: string, name = 'gene sets'): GeneSet[] {
  const sets = text.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === '') return [];
    const [set, , ...genes] = line.split('\t').map((field) => field.trim());
    const named = genes.filter((gene) => gene !== '');
    if (!set || named.length === 0) {
      throw new FormatError({
        got: `line ${i + 1} of ${name} without a name or genes`,
        expected: 'a GMT file: name, description and genes, separated by tabs',
        remedy: 'check that tabs separate the fields and that the file is GMT',
      });
    }
    return [{ name: set, genes: [...new Set(named)] }];
  });
  return sets;
}

/** Fewer of the sets' genes among the features than this share are told. */
const FEW_GENES = 0.2;

/**
 * What a person should know of sets that hardly belong to the features: how many genes are known, with names of both sides.
 * Null where enough are known and some set has members enough to be tested.
 */
export function geneSetsWarning(
  sets: readonly GeneSet[],
  featureNames: readonly string[],
  leastMembers = LEAST_MEMBERS,
): Warning | null {
  const lookUp = featureLookup(featureNames);
  const genes = [...new Set(sets.flatMap((set) => set.genes))];
  const known = genes.filter((gene) => lookUp(gene).length > 0);
  const tested = sets.filter((set) => new Set(set.genes.flatMap(lookUp)).size >= leastMembers).length;
  if (tested > 0 && known.length >= FEW_GENES * genes.length) return null;
  const unknown = genes.filter((gene) => !known.includes(gene)).slice(0, 3);
  const message =
    `${known.length} of the ${genes.length} genes in ${sets.length} gene sets are features, and ${tested} sets have ` +
    `${leastMembers} or more: genes are called ${unknown.join(', ')}, features ${featureNames.slice(0, 3).join(', ')}.`;
  return { code: 'gene-sets-unknown', message };
}

/** Every module and set with at least one hit, by module, then by p. */
export function geneSetEnrichment(
  explanation: Pick<Explanation, 'featureNames' | 'modules' | 'descriptions'>,
  sets: readonly GeneSet[],
  options: EnrichmentOptions = {},
): Enrichment[] {
  const { leastMembers = LEAST_MEMBERS, leastLoading = LEAST_LOADING } = options;
  const { featureNames, modules, descriptions } = explanation;
  const lookUp = featureLookup(featureNames);
  const known = sets
    .map(({ name, genes }) => ({ name, members: new Set(genes.flatMap(lookUp)) }))
    .filter(({ members }) => members.size >= leastMembers);
  const tests = descriptions.flatMap(({ id }, k) => {
    const row = modules.loadings.data.subarray(k * featureNames.length, (k + 1) * featureNames.length);
    const features = [...row.keys()]
      .filter((f) => row[f] >= leastLoading)
      .sort((a, b) => row[b] - row[a] || a - b);
    return known.map(({ name, members }) => {
      const hits = features.filter((f) => members.has(f));
      return {
        module: id,
        set: name,
        hits: hits.map((f) => featureNames[f]),
        moduleSize: features.length,
        setSize: members.size,
        fold: (hits.length * featureNames.length) / Math.max(1, features.length * members.size),
        p: hypergeometricP(hits.length, features.length, members.size, featureNames.length),
      };
    });
  });
  const adjusted = benjaminiHochberg(tests.map(({ p }) => p));
  const order = new Map(descriptions.map(({ id }, k) => [id, k]));
  return tests
    .map((test, i) => ({ ...test, pAdjusted: adjusted[i] }))
    .filter(({ hits }) => hits.length > 0)
    .sort((a, b) => (order.get(a.module) ?? 0) - (order.get(b.module) ?? 0) || a.p - b.p);
}

/** Finds the feature of a gene: by exact name, else without regard to case; an empty list when there is none. */
function featureLookup(names: readonly string[]): (gene: string) => number[] {
  const exact = new Map(names.map((name, f) => [name, f]));
  const folded = new Map(names.map((name, f) => [name.toUpperCase(), f]));
  return (gene) => {
    const found = exact.get(gene) ?? folded.get(gene.toUpperCase());
    return found === undefined ? [] : [found];
  };
}
