/**
 * What is said of modules, in sentences for people: the headline of a run, and for each module what was tested.
 *
 * Purpose: the terminal and the page say the same in the same words, and one module's sentences never contradict
 *   one another. Each kind of evidence has one sentence, chosen by all figures that bear on it.
 * Source: ours. Order: effect first, then how it was measured, then p.
 * Fails: never.
 */

import { count, decimal, listed, percent, plural, pValue, signed } from '../../core/words.js';
import type { Explanation, ModuleDescription, ModuleSignificance } from '../../model.js';
import { withinFlags } from '../conditions/kept-within.js';
import { LEAST_LOADING } from '../describe/describe.js';
import { shownName } from '../describe/module-name.js';
import { fewFeatures } from '../describe/reading-order.js';
import { comesBack, NOT_BACK } from '../evaluate/comes-back.js';
import { REPLICATED } from '../evaluate/holdout.js';
import { PARTS } from '../evaluate/significance.js';

/** Presence in this share of the samples or more is "all over the map". */
const ALL_OVER = 0.5;
const NAMED_FEATURES = 3;

/** One sentence, and whether it speaks for the module (`good`), against it (`bad`) or neither (`plain`). */
export interface Statement {
  readonly tone: 'good' | 'bad' | 'plain';
  readonly text: string;
}

/**
 * A sentence on how many modules passed the test on held-out samples, and what became of the others. Says so where
 * there is no module, and where none was tested.
 */
export function headline({ descriptions }: Pick<Explanation, 'descriptions'>): string {
  const all = descriptions.length;
  if (all === 0) return 'No module was found: no features move together beyond chance anywhere on this map.';
  const tested = descriptions.flatMap(({ significance }) => significance ?? []);
  if (tested.length === 0)
    return `${plural(all, 'module')}, not tested on held-out samples: the run made no permutations.`;
  const having = (verdict: ModuleSignificance['verdict']) =>
    tested.filter((found) => found.verdict === verdict).length;
  const others = [
    [having('border'), 'at the border'],
    [having('global'), 'real but not shown to be local'],
    [having('chance'), 'not shown to be more than chance'],
    [having('not-replicated'), 'not replicated'],
  ] as const;
  const rest = others.flatMap(([amount, what]) => (amount > 0 ? [`${count(amount)} ${what}`] : []));
  const lost = descriptions.filter((module) => !comesBack(module)).length;
  const back = lost > 0 ? ` ${count(lost)} did not come back from other samples.` : '';
  return `${count(having('local'))} of ${plural(all, 'module')} passed the test on held-out samples${rest.length > 0 ? `; ${rest.join(', ')}` : ''}.${back}`;
}

/** Two sentences: what share of the local association the modules account for, and how (within which columns) they were found. */
export function summary({ modules, localities, featureNames, image, options }: Explanation): string {
  const one = modules.count === 1;
  const noun = image ? 'pixel' : 'feature';
  const { within } = options;
  const inside = Array.isArray(within) ? `, inside the levels of ${listed(within.map(String))}` : '';
  return (
    `${plural(modules.count, 'module')}, ${one ? 'a set' : 'sets'} of ${noun}s that move together, ` +
    `account${one ? 's' : ''} for ${percent(modules.explained)} of the local association among ${plural(featureNames.length, noun)}. ` +
    `${one ? 'It was' : 'They were'} found by comparing ` +
    `${plural(localities.count, 'locality', 'localities')} of ${plural(localities.size, 'sample')} all over the map${inside}.`
  );
}

/** A sentence on what the module is made of, and in which share of the samples it is present. */
export function moduleSentence(explanation: Explanation, module: ModuleDescription): string {
  const where = `around ${percent(module.presentSamples)} of samples`;
  if (explanation.image) return `These pixels brighten and darken together ${where}.`;
  const nameOf = (feature: number) => shownName(explanation.featureNames[feature]);
  const leading = module.topFeatures.map(({ feature }) => feature);
  const opposed = (module.signs?.opposed ?? []).slice(0, NAMED_FEATURES).map(nameOf);
  if (opposed.length > 0) {
    const together = (module.signs?.together ?? leading).slice(0, NAMED_FEATURES).map(nameOf);
    const [rise, fall] = [together, opposed].map((names) => names.length > 1);
    return `${listed(together)} ${rise ? 'rise' : 'rises'} where ${listed(opposed)} ${fall ? 'fall' : 'falls'}, and the reverse, ${where}.`;
  }
  if (leading.length === 1)
    return `${nameOf(leading[0])} rises and falls with features that each load below ${LEAST_LOADING} ${where}.`;
  return `${listed(leading.slice(0, NAMED_FEATURES).map(nameOf))} rise and fall together ${where}.`;
}

/**
 * What is known about whether to believe the module; empty when nothing was computed.
 * @param rows samples explained.
 * @returns sentences with their tone (`good`, `plain`, `bad`), in a fixed order.
 */
export function moduleStatements(module: ModuleDescription, rows: number): Statement[] {
  return [
    ...contrastStatement(module),
    ...withinFlags(module.within).map((text): Statement => ({ tone: 'bad', text: `It is ${text}.` })),
    ...replicationStatement(module),
    ...significanceStatements(module, Math.round(rows / PARTS)),
    ...recurrenceStatement(module),
    ...similarityStatement(module.stability?.seeds, 'With all samples and other coverings'),
    ...similarityStatement(module.stability?.bootstrap, 'From resampled data'),
    ...trustStatement(module),
  ];
}

/** For a contrast module, what it says and what it does not; none for others. */
function contrastStatement({ contrast }: ModuleDescription): Statement[] {
  const text =
    'A contrast: it is found only where groups meet, so it says how they differ, not what varies within one.';
  return contrast ? [{ tone: 'bad', text }] : [];
}

/**
 * Whether refits on 90% of the samples, with another covering, give the module again; none where no refit was made.
 */
function replicationStatement(module: ModuleDescription): Statement[] {
  const { replication, significance } = module;
  if (replication == null) return [];
  const how = `With 90% of the samples and another covering it`;
  const figure = `least similarity ${decimal(replication)} of 1`;
  if (replication >= 0.9) return [{ tone: 'good', text: `${how} came back (${figure}).` }];
  if (comesBack(module)) return [{ tone: 'plain', text: `${how} came back, somewhat changed (${figure}).` }];
  const correlationsHold = significance?.significant
    ? ' Its correlations hold on held-out samples; which features make up the module does not.'
    : '';
  return [
    {
      tone: 'bad',
      text: `${how} did not come back: its features group differently (${figure}).${correlationsHold}`,
    },
  ];
}

/**
 * What significance says: replication on two thirds of the samples and the two tests in one chain, since a module
 * that is not replicated cannot be tested.
 * @param heldOut number of samples in each held-out part.
 */
function significanceStatements(module: ModuleDescription, heldOut: number): Statement[] {
  const { significance, stability, presentSamples, recurrence } = module;
  const subsample = stability?.subsample;
  if (!significance) return similarityStatement(subsample, REFITTED);
  if (significance.verdict === 'not-replicated') return [notReplicated(subsample)];
  const { real, local } = significance;
  const effect = `On thirds of the samples held out of the fit (${count(heldOut)} each) its features correlate ${signed(real.statistic)} on average where it is present`;
  const realP = `adjusted p = ${pValue(real.pAdjusted)} against permuted features`;
  const again = similarityStatement(subsample, REFITTED);
  if (significance.verdict === 'chance')
    return [
      { tone: 'bad', text: `${effect}, which is not shown to be more than chance (${realP}).` },
      ...again,
    ];
  const higher = `${signed(local.statistic)} compared with the mean over the map`;
  const localP = `adjusted p = ${pValue(local.pAdjusted)} against random localities`;
  if (significance.verdict === 'local')
    return [{ tone: 'good', text: `${effect}, ${higher} (${realP}; ${localP}).` }, ...again];
  if (significance.verdict === 'border')
    return [
      {
        tone: 'plain',
        text: `At the border: ${lower(effect)}, ${higher}, but it ${outcomesInWords(significance)} (largest ${realP}; ${localP}).`,
      },
      ...again,
    ];
  const spread =
    presentSamples >= ALL_OVER && recurrence?.disjoint !== 1
      ? `it is present all over the map`
      : `it is not shown to be stronger there than elsewhere`;
  return [
    {
      tone: 'bad',
      text: `Real: ${lower(effect)} (${realP}). Not shown to be local: ${spread} (${higher}, ${localP}).`,
    },
    ...again,
  ];
}

const REFITTED = 'In the worst of three fits on two thirds of the samples';

/**
 * The statement that a module was not replicated and hence not tested.
 * @param subsample least similarity, 0 to 1, of the module to those of two thirds of the samples; null where unknown.
 */
function notReplicated(subsample: number | null | undefined): Statement {
  const nearest =
    subsample == null
      ? ''
      : `: in the worst of three fits the most similar module has ${decimal(subsample)}, of 1, and ${decimal(REPLICATED)} counts as replicated`;
  return {
    tone: 'bad',
    text: `Fitted on two thirds of the samples only, it was not replicated${nearest}. It could not be tested on the rest.`,
  };
}

/**
 * What a module at the border did on the parts: `passes on 2 of 3 thirds and stays open on 1`. Only outcomes that
 * occur are told.
 */
function outcomesInWords({ heldOut }: Pick<ModuleSignificance, 'heldOut'>): string {
  const words = {
    local: (amount: number) => `passes on ${amount} of ${heldOut.length} thirds`,
    global: (amount: number) => `is not shown to be stronger there than elsewhere on ${amount}`,
    chance: (amount: number) => `may be chance on ${amount}`,
    undecided: (amount: number) => `stays open on ${amount}, too near the level for the permutations made`,
    'not-replicated': (amount: number) => `has no match among the modules of the other samples on ${amount}`,
  } as const;
  const kinds = ['local', 'global', 'chance', 'undecided', 'not-replicated'] as const;
  return listed(
    kinds.flatMap((kind) => {
      const amount = heldOut.filter(({ outcome }) => outcome === kind).length;
      return amount > 0 || kind === 'local' ? [words[kind](amount)] : [];
    }),
  );
}

/** The text with a small first letter. */
const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** In how many disjoint localities the module is present; none where recurrence is not known. */
function recurrenceStatement({ recurrence }: ModuleDescription): Statement[] {
  if (!recurrence || recurrence.disjoint < 1) return [];
  if (recurrence.disjoint === 1) {
    const text =
      'Seen in one part of the map only: no two localities that show it are disjoint, so it was not shown to recur.';
    return [{ tone: 'plain', text }];
  }
  return [{ tone: 'plain', text: `Recurs in ${count(recurrence.disjoint)} disjoint localities.` }];
}

/**
 * Whether the module came back in another fit; none where there was no such fit.
 * @param similarity cosine with its match there, 0 to 1.
 * @param how words for that fit.
 */
function similarityStatement(similarity: number | null | undefined, how: string): Statement[] {
  if (similarity == null) return [];
  const tone = similarity >= 0.9 ? 'good' : similarity >= 0.7 ? 'plain' : 'bad';
  const came =
    similarity >= 0.9 ? 'came back' : similarity >= REPLICATED ? 'came back in part' : 'did not come back';
  return [{ tone, text: `${how} it ${came} (similarity ${decimal(similarity)} of 1).` }];
}

/**
 * How far the map can be trusted where the module is present: `trust`, 0 to 1 (0.5: a shuffled map), in words, or in its
 * place `trustFlag`, a sentence on a torn or glued region. None where trust was not measured.
 */
function trustStatement({ trust, trustFlag }: ModuleDescription): Statement[] {
  if (trust === null) return [];
  if (trustFlag) return [{ tone: 'bad', text: trustFlag }];
  const tone = trust >= 0.9 ? 'good' : trust >= 0.75 ? 'plain' : 'bad';
  const how = trust >= 0.9 ? 'are' : trust >= 0.75 ? 'are mostly' : 'are often not';
  return [
    {
      tone,
      text: `Neighbors on the map where it is present ${how} neighbors in the data (trust ${decimal(trust)}; a random map has 0.5).`,
    },
  ];
}

/**
 * What a reader must know before believing the module, in a few words each: for a line of a list.
 * @returns a few words with their tone each; empty where nothing was computed.
 */
export function moduleRemarks({
  contrast,
  recurrence,
  significance,
  stability,
  trustFlag,
  replication,
  within,
  topFeatures,
}: ModuleDescription): Statement[] {
  const verdicts: Readonly<Record<ModuleSignificance['verdict'], Statement>> = {
    local: { tone: 'good', text: 'significant' },
    border: { tone: 'plain', text: borderRemark(significance) },
    global: { tone: 'bad', text: 'real, but not shown to be local' },
    chance: { tone: 'bad', text: 'not shown to be more than chance' },
    'not-replicated': { tone: 'bad', text: 'not tested: not replicated on two thirds of the samples' },
  };
  return [
    ...(significance ? [verdicts[significance.verdict]] : []),
    ...fewFeatures(topFeatures.length).map((text): Statement => ({ tone: 'plain', text })),
    ...(replication != null && !comesBack({ replication }) ? [{ tone: 'bad', text: NOT_BACK } as const] : []),
    ...(contrast ? [{ tone: 'bad', text: 'contrast between groups' } as const] : []),
    ...withinFlags(within).map((text): Statement => ({ tone: 'bad', text })),
    ...(recurrence?.disjoint === 1 ? [{ tone: 'plain', text: 'in one part of the map only' } as const] : []),
    ...(stability?.seeds != null && stability.seeds < 0.7
      ? [{ tone: 'bad', text: 'differs in other coverings' } as const]
      : []),
    ...(trustFlag ? [{ tone: 'bad', text: 'on a torn or glued region of the map' } as const] : []),
  ];
}

/** The verdict `border` in a few words, with the number of parts that passed. Null counts as no parts. */
function borderRemark(significance: ModuleSignificance | null): string {
  const parts = significance?.heldOut ?? [];
  const passed = parts.filter(({ outcome }) => outcome === 'local').length;
  const open = parts.filter(({ outcome }) => outcome === 'undecided').length;
  if (passed === 0) return `at the border: undecided on ${open} of ${parts.length} held-out thirds`;
  return `at the border: passed on ${passed} of ${parts.length} held-out thirds`;
}
