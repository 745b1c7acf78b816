/** Rules between options that can be checked without data. */

import { OptionError, option, type Words, words } from '../errors.js';
import type { CommandName } from './definition.js';

type Values = Readonly<Record<string, unknown>>;

interface Rule {
  readonly commands: readonly CommandName[];
  /** The parts of the error where the rule is broken, else null. */
  readonly broken: (values: Values) => { got: Words; expected: Words; remedy: Words } | null;
}

/** At most one of two options. */
function exclusive(commands: readonly CommandName[], first: string, second: string, remedy: Words): Rule {
  return {
    commands,
    broken: (values) =>
      values[first] === undefined || values[second] === undefined
        ? null
        : {
            got: words`both ${mention(first, values)} and ${mention(second, values)}`,
            expected: 'one of them',
            remedy,
          },
  };
}

/** An option that says nothing without another. */
function needs(
  commands: readonly CommandName[],
  name: string,
  others: readonly string[],
  remedy: Words,
): Rule {
  return {
    commands,
    broken: (values) =>
      values[name] === undefined || others.some((other) => values[other] !== undefined)
        ? null
        : { got: words`${mention(name, values)} without ${option(others[0])}`, expected: 'both', remedy },
  };
}

/** An option with its value, where that is a text or a number. */
function mention(name: string, values: Values) {
  const value = values[name];
  return typeof value === 'string' || typeof value === 'number' ? option(name, value) : option(name);
}

const READING = ['explain', 'embed', 'audit', 'query', 'compare', 'inspect'] as const;

/** `local:N` with N of 1 or more, or an address as Dask writes it. */
const CLUSTER = /^(local:[1-9]\d{0,3}|(tcp|tls|ws|wss):\/\/\S+:\d+)$/;

const RULES: readonly Rule[] = [
  {
    commands: ['explain', 'compare'],
    broken: ({ cluster }) =>
      typeof cluster !== 'string' || CLUSTER.test(cluster)
        ? null
        : {
            got: words`${option('cluster', cluster)}`,
            expected:
              'local:N for N processes of this machine, or the address of a Dask scheduler, as tcp://host:8786',
            remedy: words`take ${option('cluster', 'local:4')}, or leave it out to compute in one process`,
          },
  },
  exclusive(
    ['explain'],
    'embedding',
    'method',
    words`leave out ${option('method')} to explain the embedding that is given`,
  ),
  exclusive(
    ['explain'],
    'embeddingColumns',
    'method',
    words`leave out ${option('method')} to explain the embedding that is given`,
  ),
  exclusive(
    ['explain'],
    'write',
    'writeTo',
    words`use ${option('write')} for the same file, ${option('writeTo')} for a copy`,
  ),
  exclusive(READING, 'table', 'query', 'leave one of them out'),
  exclusive(READING, 'useRaw', 'layer', 'leave one of them out'),
  exclusive(['query'], 'feature', 'pair', 'ask one question at a time'),
  exclusive(['query'], 'feature', 'and', 'ask one question at a time'),
  exclusive(['query'], 'pair', 'and', 'ask one question at a time'),
  ...['method', 'saveModel', 'dimensions', 'metric', 'nNeighbors'].map((name) =>
    exclusive(['embed'], 'model', name, 'leave one out: a model has its method and its options'),
  ),
  ...['region', 'markers', 'feature', 'pair', 'and'].map((name) =>
    exclusive(['query'], 'groups', name, 'ask one question at a time'),
  ),
  exclusive(['query'], 'markers', 'feature', 'ask one question at a time'),
  exclusive(['query'], 'markers', 'pair', 'ask one question at a time'),
  needs(['query'], 'replicate', ['markers'], words`ask for ${option('markers')}`),
  needs(['query'], 'logged', ['markers'], words`ask for ${option('markers')}`),
  needs(['audit'], 'embeddingKey', ['embedding'], words`name the file with ${option('embedding')}`),
  needs(['audit'], 'region', ['structure'], words`ask for ${option('structure')}`),
  ...['madeBy', 'mapSeeds', 'nullMaps', 'leastSamples'].map((name) =>
    needs(['audit', 'explain'], name, ['structure'], words`ask for ${option('structure')}`),
  ),
  needs(['query'], 'feature', ['features'], featuresRemedy()),
  needs(['query'], 'pair', ['features'], featuresRemedy()),
  needs(
    READING,
    'missingLabels',
    ['label', 'labels'],
    words`name the labels with ${option('label')} or ${option('labels')}`,
  ),
  needs(READING, 'namesColumn', ['featureNames'], words`name the file with ${option('featureNames')}`),
  { commands: READING, broken: textSigns },
  { commands: READING, broken: knownEncoding },
  { commands: ['audit'], broken: oneMap },
  { commands: ['query'], broken: regionNamed },
  { commands: ['compare'], broken: sidesNamed },
  { commands: ['embed'], broken: modelSaved },
  { commands: ['explain'], broken: withinLocality },
  { commands: ['explain'], broken: reachableLevel },
];

/** What to do where a question needs the values. */
function featuresRemedy(): Words {
  return words`give the file that was explained: ${option('features', 'FILE')}, with the same reading options; an explanation does not hold the values`;
}

/** Signs of text files: one character each, or a word for what a command line cannot show. */
function textSigns(values: Values) {
  for (const [name, allowed, expected] of [
    ['delimiter', /^(.|tab|whitespace|\\t)$/s, 'one character, tab or whitespace'],
    ['thousands', /^[., ']$/, 'a point, a comma, a space or an apostrophe'],
  ] as const) {
    const value = values[name];
    if (typeof value === 'string' && !allowed.test(value))
      return { got: words`${option(name, value)}`, expected, remedy: 'leave it out to have it found' };
  }
  return null;
}

/** Text files are decoded by the platform, which knows the encodings of the WHATWG standard. */
function knownEncoding({ encoding }: Values) {
  if (typeof encoding !== 'string') return null;
  try {
    new TextDecoder(encoding);
    return null;
  } catch {
    return {
      got: words`${option('encoding', encoding)}`,
      expected: 'the name of an encoding, such as utf-8, utf-16le, windows-1252 or iso-8859-15',
      remedy: words`correct it, or leave ${option('encoding')} out`,
    };
  }
}

/** An audit is of one map: given, or made. */
function oneMap(values: Values) {
  const { method } = values;
  const embedding = values.embedding ?? values.embeddingColumns;
  if ((embedding === undefined) !== (method === undefined)) return null;
  const got =
    embedding === undefined
      ? words`no ${option('embedding')}`
      : words`both ${mention(values.embedding === undefined ? 'embeddingColumns' : 'embedding', values)} and ${mention('method', values)}`;
  const remedy = words`name its file, or its key inside an .h5ad, with ${option('embedding')}, or a method such as umap with ${option('method')}`;
  return { got, expected: 'the map to audit, or a method to make one with', remedy };
}

/** Only some methods can place new samples. */
function modelSaved({ saveModel, method = 'umap' }: Values) {
  if (saveModel === undefined || ['umap', 'tsne', 'pca'].includes(String(method))) return null;
  return {
    got: words`${option('saveModel')} with ${option('method', String(method))}`,
    expected: 'pca, umap or tsne, which can place new samples',
    remedy: words`choose one of these, or leave ${option('saveModel')} out`,
  };
}

/** A question is about a region. */
function regionNamed({ region, groups }: Values) {
  if (region !== undefined || groups !== undefined) return null;
  const expected = 'a region such as label:"B cells", locality:12 or rectangle:0,0,5,3';
  return {
    got: words`no ${option('region')}`,
    expected,
    remedy: 'name the region that the question is about',
  };
}

/** A comparison needs values, and two different levels of one column. */
function sidesNamed(values: Values) {
  for (const [name, example] of [
    ['features', 'FILE'],
    ['condition', 'COLUMN'],
    ['case', 'LEVEL'],
    ['control', 'LEVEL'],
  ] as const) {
    if (values[name] !== undefined) continue;
    return {
      got: words`no ${option(name)}`,
      expected: 'the file that was explained, the column of the condition and its two levels',
      remedy: words`name it with ${option(name, example)}`,
    };
  }
  return null;
}

/** Sizes that may not exceed the samples of a locality. */
function withinLocality(values: Values) {
  const size = values.localitySize;
  if (typeof size !== 'number') return null;
  for (const [name, most] of [
    ['support', size - 1],
    ['overlap', size],
  ] as const) {
    const value = values[name];
    if (typeof value === 'number' && value > most) {
      const got = words`${option(name, value)} with ${option('localitySize', size)}`;
      const remedy = words`lower ${option(name)}, or raise ${option('localitySize')}`;
      return { got, expected: `a number of at most ${most}`, remedy };
    }
  }
  return null;
}

/** The smallest p of `draws` permutations is 1 / (1 + draws). */
function reachableLevel({ draws = 199, level = 0.005 }: Values) {
  if (draws === 0 || 1 / (1 + Number(draws)) <= Number(level)) return null;
  const needed = Math.ceil(1 / Number(level) - 1);
  return {
    got: words`${option('draws', Number(draws))} with ${option('level', Number(level))}`,
    expected: `0 draws, or at least ${needed}, whose smallest p reaches the level`,
    remedy: words`raise ${option('draws')}, or 0 to leave significance out`,
  };
}

/** Throws the OptionError of the first rule that is broken. */
export function checkRules(command: CommandName, values: Values): void {
  for (const { commands, broken } of RULES) {
    if (!commands.includes(command)) continue;
    const parts = broken(values);
    if (parts) throw new OptionError(parts);
  }
}
