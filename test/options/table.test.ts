// The table of options: complete, without contradictions, and equal to the library's own choices and defaults.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { methodNames } from 'whymap/dr';
import { explain } from 'whymap/lava';
import { ASSOCIATION_MEASURE_NAMES } from '#whymap/core/association-measures.js';
import { ENGINE_CHOICES } from '#whymap/engine/choose.js';
import { METRICS } from '#whymap/neighbors/index.js';
import {
  COMMANDS,
  findOption,
  kebabCase,
  OPTIONS,
  optionsOf,
  optionsReference,
} from '#whymap/options/index.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';

const root = join(import.meta.dirname, '../..');

test('an option has one meaning in a command: names and letters are unique', () => {
  for (const { name } of COMMANDS) {
    const rows = optionsOf(name);
    const names = rows.map((row) => row.name);
    expect(new Set(names).size, name).toBe(names.length);
    const letters = rows.flatMap((row) => row.short ?? []);
    expect(new Set(letters).size, name).toBe(letters.length);
  }
});

test('names are camelCase, and help is one line without a full stop or a flag', () => {
  for (const { name, help, label } of OPTIONS) {
    expect(name).toMatch(/^[a-z]+([A-Z][a-z]*)*$/);
    expect(help, name).toMatch(/^[^\n]+[^.\n]$/);
    expect(help, name).not.toMatch(/--[a-z]/);
    expect(label, name).toMatch(/^[A-Z]/);
  }
});

test('a default of a choice is one of the choices', () => {
  for (const { name, type, default: byDefault } of OPTIONS) {
    if (type.kind === 'choice' && byDefault !== null && !/[ ;]/.test(String(byDefault)))
      expect(type.choices, name).toContain(byDefault);
  }
});

test('choices are those of the library', () => {
  const choices = (command: 'embed' | 'audit' | 'explain', name: string) => {
    const type = findOption(command, name)?.type;
    return type?.kind === 'choice' ? [...type.choices].sort() : null;
  };
  expect(choices('embed', 'method')).toEqual([...methodNames].sort());
  expect(choices('embed', 'metric')).toEqual([...METRICS].sort());
  expect(choices('audit', 'metric')).toEqual([...METRICS].sort());
  expect(choices('explain', 'association')).toEqual([...ASSOCIATION_MEASURE_NAMES].sort());
  expect(choices('explain', 'engine')).toEqual([...ENGINE_CHOICES].sort());
});

test('defaults that are values are those that explain takes', async () => {
  const { table, embedding } = plantModules({
    seed: 1,
    correlation: 0.8,
    samples: 200,
    features: 8,
    modules: 1,
    clusters: 3,
  });
  const { options } = await explain({ table, embedding }, { modules: 1 }, {});
  for (const name of ['overlap', 'draws', 'level', 'association', 'associationForm', 'gate']) {
    expect(options[name as keyof typeof options], name).toBe(findOption('explain', name)?.default);
  }
});

test('docs/options.md is made from the table', () => {
  const page = readFileSync(join(root, 'docs/options.md'), 'utf8');
  expect(page, 'run node scripts/options-reference.mjs').toBe(optionsReference());
  for (const { name } of OPTIONS) expect(page).toContain(`\`--${kebabCase(name)}\``);
});

/** Every TypeScript file below src, with its text. */
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(root, 'src', file), 'utf8') }));

test('texts of the library mention options that exist, and never in the spelling of one face', () => {
  const known = new Set(OPTIONS.map(({ name }) => name));
  const mentioned = sources.flatMap(({ text }) =>
    [...text.matchAll(/\boption\('(\w+)'/g)].map((found) => found[1]),
  );
  expect(mentioned.length).toBeGreaterThan(30);
  expect(mentioned.filter((name) => !known.has(name))).toEqual([]);
  const flags = new RegExp(`--(${[...known].map(kebabCase).join('|')})\\b`);
  const spelled = sources
    .filter(({ file }) => !/^(cli|options|reproduce)\//.test(file))
    .flatMap(({ file, text }) =>
      text
        .split('\n')
        .flatMap((line) => (/^\s*(\*|\/)/.test(line) || !flags.test(line) ? [] : [`${file}: ${line}`])),
    );
  expect(spelled).toEqual([]);
});
