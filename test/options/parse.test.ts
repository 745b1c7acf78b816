// From texts to values: every type, every rule, and the spelling of each face.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OptionError } from 'whymap';
import { option, spell, words } from '#whymap/errors.js';
import {
  COMMANDS,
  commandLineSpelling,
  kebabCase,
  OPTIONS,
  type OptionTexts,
  optionsOf,
  parseOptions,
  pythonSpelling,
  recordedOptions,
  snakeCase,
} from '#whymap/options/index.js';

/** What an error says on the command line. */
function refused(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError);
    return (error as OptionError).messageIn(commandLineSpelling);
  }
  throw new Error('nothing was refused');
}

test('texts become values of the type of their option', () => {
  expect(
    parseOptions('explain', {
      localitySize: '40',
      modules: 'auto',
      level: '1e-2',
      trust: 'no',
      header: 'yes',
      image: '28x30',
      memory: '1.5G',
      useRaw: true,
      json: false,
      label: undefined,
      id: '007',
    }),
  ).toEqual({
    localitySize: 40,
    modules: 'auto',
    level: 0.01,
    trust: false,
    header: true,
    image: { width: 28, height: 30 },
    memory: 1.5 * 2 ** 30,
    useRaw: true,
    id: '007',
  });
});

const wrong: readonly (readonly [OptionTexts, RegExp])[] = [
  [{ localitySize: '2' }, /got --locality-size 2; expected a whole number of 3 or more/],
  [{ localitySize: '3.5' }, /--locality-size 3.5/],
  [{ localitySize: '' }, /--locality-size without a value/],
  [{ localitySize: true }, /--locality-size without a value/],
  [{ modules: 'many' }, /--modules many; expected a whole number of 1 or more, or auto/],
  [{ modules: '0' }, /--modules 0/],
  [{ level: '1' }, /--level 1; expected a number above 0 and below 1/],
  [{ level: 'NaN' }, /--level NaN/],
  [{ overlap: '0' }, /--overlap 0; expected a number above 0/],
  [{ gate: '-1' }, /--gate -1; expected a number of 0 or more/],
  [{ support: '-1' }, /--support -1/],
  [{ stability: '1001' }, /--stability 1001; expected a whole number from 0 to 1000/],
  [{ trust: 'maybe' }, /--trust maybe; expected yes or no/],
  [{ memory: '0' }, /--memory 0; expected a size/],
  [{ memory: 'lots' }, /--memory lots/],
  [{ image: '0x3' }, /--image 0x3/],
  [{ seed: '1.5' }, /--seed 1.5/],
  [{ threads: '0' }, /--threads 0/],
  [{ write: 'yes' }, /--write yes; expected no value/],
  [{ out: '' }, /--out without a value/],
  [{ localitysize: '40' }, /--localitysize; expected an option of explain; did you mean --locality-size\?/],
  [{ port: '80' }, /--port; expected an option of explain/],
  [{ embedding: 'x.csv', method: 'pca' }, /both --embedding x.csv and --method pca/],
  [{ embeddingColumns: 'x,y', method: 'pca' }, /both --embedding-columns x,y and --method pca/],
  [{ write: true, writeTo: 'x.h5ad' }, /both --write and --write-to x.h5ad/],
  [{ table: 'a', query: 'select 1' }, /both --table a and --query 'select 1'/],
  [{ useRaw: true, layer: 'x' }, /both --use-raw and --layer x/],
  [
    { localitySize: '30', support: '30' },
    /--support 30 with --locality-size 30; expected a number of at most 29/,
  ],
  [{ localitySize: '30', overlap: '31' }, /--overlap 31 with --locality-size 30/],
  [{ delimiter: ';;' }, /--delimiter ';;'; expected one character, tab or whitespace/],
  [{ thousands: 'ab' }, /--thousands ab; expected a point, a comma, a space or an apostrophe/],
  [{ encoding: 'klingon' }, /--encoding klingon; expected the name of an encoding/],
  [{ missingLabels: 'x' }, /--missing-labels x without --label/],
  [{ namesColumn: 'gene' }, /--names-column gene without --feature-names/],
  [{ draws: '9', level: '0.05' }, /--draws 9 with --level 0.05; expected 0 draws, or at least 19/],
];

test.each(wrong)('explain refuses %o', (given, expected) => {
  expect(refused(() => parseOptions('explain', given))).toMatch(expected);
});

test('signs and encodings of text files are accepted', () => {
  for (const texts of [
    { delimiter: 'tab', thousands: "'", encoding: 'windows-1252' },
    { delimiter: 'whitespace', thousands: ' ', encoding: 'utf-16le' },
    { delimiter: '\\t', thousands: '.' },
    { delimiter: ';', thousands: ',' },
  ])
    expect(parseOptions('explain', texts)).toEqual(texts);
});

test('other commands have rules of their own', () => {
  expect(refused(() => parseOptions('audit', {}))).toMatch(/no --embedding; .*or a method/);
  expect(refused(() => parseOptions('audit', { embedding: 'a', method: 'pca' }))).toMatch(
    /both --embedding a/,
  );
  expect(refused(() => parseOptions('query', {}))).toMatch(/no --region/);
  expect(refused(() => parseOptions('query', { region: 'label:a', pair: 'a,b' }))).toMatch(
    /--pair a,b without --features/,
  );
  expect(refused(() => parseOptions('view', { port: '65536' }))).toMatch(/from 0 to 65535/);
  expect(parseOptions('audit', { method: 'pca' })).toEqual({ method: 'pca' });
});

test('a number of draws whose smallest p is the level is enough', () => {
  expect(parseOptions('explain', { draws: '19', level: '0.05' })).toEqual({ draws: 19, level: 0.05 });
  expect(parseOptions('explain', { draws: '0', level: '0.05' })).toEqual({ draws: 0, level: 0.05 });
});

test('any text for any option gives a value or an OptionError that names the option', () => {
  const commands = fc.constantFrom(...COMMANDS.map(({ name }) => name));
  const texts = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.constantFrom('auto', 'yes', '1x1', '2G', 'umap'),
  );
  fc.assert(
    fc.property(commands, fc.nat(), texts, (command, at, text) => {
      const rows = optionsOf(command);
      const { name } = rows[at % rows.length];
      try {
        expect(parseOptions(command, { [name]: text })).toHaveProperty(name);
      } catch (error) {
        expect(error).toBeInstanceOf(OptionError);
        if (!['audit', 'query', 'compare'].includes(command))
          expect((error as OptionError).messageIn(commandLineSpelling)).toContain(`--${kebabCase(name)}`);
      }
    }),
    { seed: 1 },
  );
});

test('each face has its spelling, from which the name comes back', () => {
  const text = words`raise ${option('localitySize')}, or give ${option('missing', 'mean')}`;
  expect(spell(text)).toBe('raise localitySize, or give missing: mean');
  expect(spell(text, commandLineSpelling)).toBe('raise --locality-size, or give --missing mean');
  const quoted = (value: string) => spell(words`${option('drop', value)}`, commandLineSpelling);
  expect([quoted("it's (GT)"), quoted('"a b"'), quoted('a,b-c.d')]).toEqual([
    "--drop 'it'\\''s (GT)'",
    '--drop "a b"',
    '--drop a,b-c.d',
  ]);
  expect(spell(text, pythonSpelling)).toBe('raise locality_size, or give missing="mean"');
  expect(spell(words`${option('gate', 2)}`, pythonSpelling)).toBe('gate=2');
  for (const { name } of OPTIONS) {
    const back = snakeCase(name).replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    expect(back).toBe(name);
  }
});

test('a summary records how the input was read, in the order of the table', () => {
  const values = parseOptions('explain', { maxFeatures: '5', id: 'a', embedding: 'b', seed: '1', gate: '2' });
  expect(JSON.stringify(recordedOptions('explain', values))).toBe(
    '{"embedding":"b","id":"a","maxFeatures":5}',
  );
});
