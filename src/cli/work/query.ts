/** The work of `whymap query`: an answer, and its forms as sentences, table and JSON. */

import { OptionError, option, words } from '../../errors.js';
import { writeCsv } from '../../io/write.js';
import { type MarkerAnswer, rankMarkers } from '../../lava/query/markers.js';
import { type ModuleGroup, moduleGroups } from '../../lava/query/module-groups.js';
import { parseRegion } from '../../lava/query/parse-region.js';
import {
  type ComparisonAnswer,
  compareRegions,
  describeRegion,
  type RegionAnswer,
} from '../../lava/query/queries.js';
import {
  comparisonSentences,
  featureSentences,
  groupSentences,
  markerSentences,
  pairSentences,
  regionSentences,
} from '../../lava/query/sentences.js';
import {
  type FeatureAnswer,
  featureAgainstAll,
  type PairAnswer,
  pairValues,
} from '../../lava/query/value-queries.js';
import type { Explanation, Table } from '../../model.js';
import type { OptionValues } from '../../options/index.js';
import { readExplained } from '../../run/explained-features.js';
import { markerTable } from '../../run/marker-table.js';
import type { Session } from '../session.js';
import { tell } from '../terminal/text.js';

/** An answer in its three forms. */
interface Shown {
  readonly sentences: readonly string[];
  readonly header: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  readonly json: unknown;
}

/** Reads the features where they are named, answers, and writes the answer to standard output. */
export async function runQuery(
  explanation: Explanation,
  values: OptionValues<'query'>,
  session: Session,
): Promise<void> {
  const { features, json, format = json ? 'json' : 'text' } = values;
  const table = features === undefined ? null : await readExplained(features, explanation, values, session);
  const shown = answer(explanation, table, values);
  session.progress.stop();
  const text = `${render(shown, format)}\n`;
  if (format === 'csv' && !process.stdout.isTTY) process.stdout.write(text);
  else tell(false).write(text);
}

/** Answers by the options that name the question; which of them go together was checked when they were parsed. */
function answer(explanation: Explanation, table: Table | null, values: OptionValues<'query'>): Shown {
  const { feature, pair, and: other, markers, replicate, logged, groups } = values;
  if (groups !== undefined) return showGroups(explanation, moduleGroups(explanation, groups));
  const region = parseRegion(values.region ?? '');
  const second = other === undefined ? undefined : parseRegion(other);
  if (markers) {
    const options = { replicate, logged };
    return showMarkers(rankMarkers(explanation, { first: region, second }, table, options));
  }
  if (feature !== undefined && table) {
    return showFeature(featureAgainstAll(explanation, { region, feature }, table));
  }
  if (pair !== undefined && table) {
    const [a, b] = splitPair(pair);
    return showPair(pairValues(explanation, { region, a, b }, table));
  }
  if (second === undefined) return showRegion(describeRegion(explanation, region));
  return showComparison(compareRegions(explanation, { first: region, second }, table));
}

/** Two names out of `a,b`; OptionError for any other number of names. */
function splitPair(text: string): [string, string] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length === 2) return [parts[0], parts[1]];
  throw new OptionError({
    got: words`${option('pair', text)}`,
    expected: 'two feature names with a comma between them',
    remedy: 'name two features as in the data',
  });
}

/** The modules of one region. */
function showRegion(found: RegionAnswer): Shown {
  return {
    sentences: regionSentences(found),
    header: ['module', 'label', 'verdict', 'inside', 'outside', 'present_inside', 'present_outside'],
    rows: found.modules.map((m) => [
      m.id,
      m.label,
      m.verdict,
      m.inside,
      m.outside,
      m.presentInside,
      m.presentOutside,
    ]),
    json: found,
  };
}

/** The modules in groups. */
function showGroups(explanation: Explanation, groups: readonly ModuleGroup[]): Shown {
  const { descriptions, featureNames } = explanation;
  const named = groups.map(({ modules, topFeatures, ...group }, g) => ({
    group: `G${g + 1}`,
    modules: modules.map((k) => descriptions[k].id),
    ...group,
    topFeatures: topFeatures.map(({ feature, loading }) => ({ feature: featureNames[feature], loading })),
  }));
  return {
    sentences: groupSentences(explanation, groups),
    header: ['group', 'modules', 'share', 'coupling', 'features'],
    rows: named.map(({ group, modules, share, coupling, topFeatures }) => [
      group,
      modules.join(' '),
      share,
      coupling,
      topFeatures.map(({ feature }) => feature).join(' '),
    ]),
    json: { groups: named },
  };
}

/** The modules of two regions, side by side. */
function showComparison(found: ComparisonAnswer): Shown {
  return {
    sentences: comparisonSentences(found),
    header: ['module', 'label', 'verdict', 'where', 'first', 'second', 'agreement'],
    rows: found.modules.map((m) => [m.id, m.label, m.verdict, m.where, m.first, m.second, m.agreement]),
    json: found,
  };
}

/** Which features are higher and lower; with replicates the test over these beside it. */
function showMarkers(found: MarkerAnswer): Shown {
  return { sentences: markerSentences(found), ...markerTable(found), json: found };
}

/** One feature against all others. */
function showFeature(found: FeatureAnswer): Shown {
  return {
    sentences: featureSentences(found),
    header: ['feature', 'inside', 'outside', 'p_adjusted', 'difference_p_adjusted'],
    rows: found.features.map((f) => [f.feature, f.inside, f.outside, f.pAdjusted, f.differencePAdjusted]),
    json: found,
  };
}

/** The values of two features, inside and outside the region. */
function showPair(found: PairAnswer): Shown {
  const sides = [
    { side: 'inside', ...found.inside },
    { side: 'outside', ...found.outside },
  ];
  return {
    sentences: pairSentences(found),
    header: ['row', 'side', found.a, found.b],
    rows: sides.flatMap(({ side, rows, a, b }) => [...rows].map((row, i) => [row, side, a[i], b[i]])),
    json: {
      ...found,
      inside: plain(found.inside),
      outside: plain(found.outside),
    },
  };
}

/** Typed arrays as lists, for JSON. */
function plain(side: PairAnswer['inside']) {
  return { rows: [...side.rows], a: [...side.a], b: [...side.b], correlation: side.correlation };
}

/** The answer in the form that was requested. */
function render({ sentences, header, rows, json }: Shown, format: 'text' | 'csv' | 'json'): string {
  if (format === 'json') return JSON.stringify({ ...(json as object), sentences }, null, 2);
  if (format === 'text') return sentences.join('\n');
  return writeCsv(
    header,
    rows.map((row) => row.map((cell) => cell ?? '')),
  ).trimEnd();
}
