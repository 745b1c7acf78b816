/**
 * Gene-set enrichment: which known sets of features does a module hold more of than chance?
 *
 * Source: the hypergeometric test of over-representation. The background is the features that were explained,
 * never a genome: a set counts by its members among them. Corrected over all modules and sets together by
 * Benjamini and Hochberg. Names are matched as written, and without regard to case where that fails.
 * Cost: modules x sets. How it fails: features of one module are correlated, so the test, which takes genes as
 * independent draws, says how a module is called, not that the set is regulated.
 * Types: `Explanation`, of a map: featureNames (one a feature), descriptions (one a module, in order of share),
 *   modules (loadings and presence), geneSets (how many were tested, or absent). `ModuleDescription`, of one module:
 *   id (`M1`, `M2`...), signs (which features go together and which oppose), geneSets (that it holds more than
 *   chance). `Modules`, of a fit: loadings (modules x features, not negative, largest 1). `Matrix`, row-major
 *   float32: data (element (r, c) at `r * columns + c`).
 */

import { benjaminiHochberg, hypergeometricP } from '../../core/multiple-testing.js';
import { count, plural } from '../../core/words.js';
import { FormatError } from '../../errors.js';
import type { Explanation, GeneSetCounts, ModuleGeneSet, Warning } from '../../model.js';
import { LEAST_LOADING } from './describe.js';
import { shownName } from './module-name.js';

/** Members that a set must have among the features to be tested. */
const LEAST_MEMBERS = 3;
/** A set names a module from this corrected p and number of members on, and only where it holds one of the first features. */
const NAMING_LEVEL = 0.05;
const NAMING_HITS = 3;
const NAMING_FIRST = 5;

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
  /** Which of the module's features were tested: all, or one side where some go against others. */
  readonly pole: ModuleGeneSet['pole'];
  readonly set: string;
  /** Features of the module in the set, strongest first. */
  readonly hits: readonly string[];
  /** Whether one of the first five features is in the set. */
  readonly leads: boolean;
  readonly moduleSize: number;
  /** Members of the set among the features explained. */
  readonly setSize: number;
  /** Hits relative to the number expected by chance. */
  readonly fold: number;
  readonly p: number;
  readonly pAdjusted: number;
}

/**
 * Sets of a GMT file: one a line, name, description and genes separated by tabs. Blank lines are skipped; a gene that
 * is named twice in a line counts once.
 * @param text the whole file.
 * @param name of the file, for the error.
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
 * How many sets there are (`sets`), how many have at least `leastMembers` features (`tested`), how many different
 * genes they name (`genes`), how many of these are features (`known`), and the names of the genes that are not
 * (`unknown`).
 * @param featureNames one a feature.
 */
function countSets(
  sets: readonly GeneSet[],
  featureNames: readonly string[],
  leastMembers: number,
): GeneSetCounts & { readonly unknown: readonly string[] } {
  const lookUp = featureLookup(featureNames);
  const genes = [...new Set(sets.flatMap((set) => set.genes))];
  const unknown = genes.filter((gene) => lookUp(gene).length === 0);
  const tested = sets.filter((set) => new Set(set.genes.flatMap(lookUp)).size >= leastMembers).length;
  return { sets: sets.length, tested, genes: genes.length, known: genes.length - unknown.length, unknown };
}

/**
 * What a person should know of sets that hardly belong to the features: how many genes are known, with names of both
 * sides. Null where a fifth of the genes or more are known and some set can be tested.
 * @param leastMembers members among the features from which on a set is tested.
 * @param featureNames one a feature.
 */
export function geneSetsWarning(
  sets: readonly GeneSet[],
  featureNames: readonly string[],
  leastMembers = LEAST_MEMBERS,
): Warning | null {
  const { genes, known, tested, unknown } = countSets(sets, featureNames, leastMembers);
  if (tested > 0 && known >= FEW_GENES * genes) return null;
  const message =
    `${known} of the ${genes} genes in ${plural(sets.length, 'gene set')} are features, and ${plural(tested, 'set has', 'sets have')} ` +
    `${leastMembers} or more: genes are called ${unknown.slice(0, 3).join(', ')}, features ${featureNames.slice(0, 3).join(', ')}.`;
  return { code: 'gene-sets-unknown', message };
}

/**
 * Tests every module against every set. Returns the pairs with at least one hit, by module, then by p; sets with
 * fewer than `leastMembers` among the features are left out.
 * @param options `leastMembers` (default 3): members among the features from which on a set is tested;
 * `leastLoading`: loading from which on a feature counts as the module's. Never throws; empty without sets or
 * modules.
 */
export function geneSetEnrichment(
  explanation: Pick<Explanation, 'featureNames' | 'modules' | 'descriptions'>,
  sets: readonly GeneSet[],
  options: EnrichmentOptions = {},
): Enrichment[] {
  const { leastMembers = LEAST_MEMBERS, leastLoading = LEAST_LOADING } = options;
  const { featureNames, descriptions } = explanation;
  const lookUp = featureLookup(featureNames);
  const known = sets
    .map(({ name, genes }) => ({ name, members: new Set(genes.flatMap(lookUp)) }))
    .filter(({ members }) => members.size >= leastMembers);
  const tests = descriptions.flatMap(({ id }, k) =>
    poles(explanation, k, leastLoading).flatMap(({ pole, features }) =>
      known.map(({ name, members }) => {
        const hits = features.filter((f) => members.has(f));
        return {
          module: id,
          pole,
          set: name,
          hits: hits.map((f) => featureNames[f]),
          leads: features.slice(0, NAMING_FIRST).some((f) => members.has(f)),
          moduleSize: features.length,
          setSize: members.size,
          fold: (hits.length * featureNames.length) / Math.max(1, features.length * members.size),
          p: hypergeometricP(hits.length, features.length, members.size, featureNames.length),
        };
      }),
    ),
  );
  const adjusted = benjaminiHochberg(tests.map(({ p }) => p));
  const order = new Map(descriptions.map(({ id }, k) => [id, k]));
  return tests
    .map((test, i) => ({ ...test, pAdjusted: adjusted[i] }))
    .filter(({ hits }) => hits.length > 0)
    .sort((a, b) => (order.get(a.module) ?? 0) - (order.get(b.module) ?? 0) || a.p - b.p);
}

/**
 * The features of module k that are tested against the sets, strongest first: all of them, and where some go against
 * others, each side apart: the sides hold only leading features (12 at most, of a loading of 0.25 or more), whatever
 * `leastLoading` is.
 * @returns feature indices of `all`, and of `together` and `opposed` where any oppose.
 * @param leastLoading features below it are left out of `all`.
 */
function poles(
  { featureNames, modules, descriptions }: Pick<Explanation, 'featureNames' | 'modules' | 'descriptions'>,
  k: number,
  leastLoading: number,
): { readonly pole: ModuleGeneSet['pole']; readonly features: readonly number[] }[] {
  const loadings = modules.loadings.data.subarray(k * featureNames.length, (k + 1) * featureNames.length);
  const features = [...loadings.keys()]
    .filter((f) => loadings[f] >= leastLoading)
    .sort((a, b) => loadings[b] - loadings[a] || a - b);
  const { together = [], opposed = [] } = descriptions[k].signs ?? {};
  const whole = { pole: 'all', features } as const;
  if (opposed.length === 0) return [whole];
  return [whole, { pole: 'together', features: together }, { pole: 'opposed', features: opposed }];
}

/**
 * The explanation with its modules named by gene sets, and with what became of the sets (`geneSets` of both). A set
 * names a module that leads with it: a large module may hold more of a set than chance in its weaker features only.
 * The explanation is not changed. Modules that no set names keep their name.
 */
export function nameByGeneSets(
  explanation: Explanation,
  sets: readonly GeneSet[],
  options: EnrichmentOptions = {},
): Explanation {
  const found = geneSetEnrichment(explanation, sets, options).filter(
    ({ pAdjusted, hits, moduleSize, leads }) =>
      pAdjusted <= NAMING_LEVEL && leads && hits.length >= Math.min(NAMING_HITS, moduleSize),
  );
  const { unknown, ...counts } = countSets(
    sets,
    explanation.featureNames,
    options.leastMembers ?? LEAST_MEMBERS,
  );
  const descriptions = explanation.descriptions.map((description) => {
    const named = (['all', 'together', 'opposed'] as const).flatMap((pole): ModuleGeneSet[] => {
      const best = found.find((test) => test.module === description.id && test.pole === pole);
      return best
        ? [{ set: best.set, pole, hits: best.hits.length, size: best.setSize, pAdjusted: best.pAdjusted }]
        : [];
    });
    return { ...description, geneSets: named };
  });
  return { ...explanation, descriptions, geneSets: counts };
}

/** How many sets were tested and skipped, and how many modules they name; empty without sets. Never throws. */
export function geneSetsSentence({ geneSets, descriptions }: Explanation): string {
  if (!geneSets) return '';
  const { sets, tested, genes, known } = geneSets;
  const named = descriptions.filter(({ geneSets: found = [] }) => found.length > 0).length;
  const skipped =
    sets === tested ? '' : `, ${count(sets - tested)} skipped (too few of their genes are features)`;
  return (
    `Gene sets: ${count(tested)} of ${count(sets)} tested${skipped}; ${count(known)} of their ${count(genes)} genes are features. ` +
    `They name ${count(named)} of ${plural(descriptions.length, 'module')}.`
  );
}

/**
 * Finds the feature of a gene: by exact name, else by the name as it is shown, without regard to case; an empty list
 * when there is none. Of several features of one name the last is found.
 * @param names one a feature.
 */
function featureLookup(names: readonly string[]): (gene: string) => number[] {
  const exact = new Map(names.map((name, f) => [name, f]));
  const folded = new Map(names.map((name, f) => [shownName(name).toUpperCase(), f]));
  return (gene) => {
    const found = exact.get(gene) ?? folded.get(gene.toUpperCase());
    return found === undefined ? [] : [found];
  };
}
