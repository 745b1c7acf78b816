// Random sets of options, in and out of their ranges, through the commands in this process: exit code 0 or 2, never 1, no "defect".
//   node bench/option-sets.mjs [--sets 2000] [--seed 1] [--seconds 500]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readArguments } from '../dist/cli/arguments.js';
import { commandLoaders } from '../dist/cli/commands.js';
import { exitCodeOf, lineOf } from '../dist/cli/terminal/failure.js';
import { createRandom } from '../dist/core/random.js';
import { optionsOf, parseOptions } from '../dist/options/index.js';

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '500' },
  },
});
const random = createRandom(Number(values.seed), 'option sets');
const folder = mkdtempSync(join(tmpdir(), 'whymap-options-'));
process.chdir(folder);
const rows = 80;
const lines = (header, cell) =>
  [header, ...Array.from({ length: rows }, (_, r) => cell(r).join(','))].join('\n');
const noise = () => random.normal().toFixed(3);
writeFileSync(
  'f.csv',
  lines('id,a,b,c,d,e,kind,donor', (r) => [
    `s${r}`,
    noise(),
    noise(),
    noise(),
    noise(),
    r % 9,
    r % 3 ? 'x' : 'y',
    `d${r % 4}`,
  ]),
);
writeFileSync(
  'm.csv',
  lines('id,u,v', (r) => [`s${r}`, noise(), noise()]),
);
writeFileSync('g.gmt', 'one\tabout\ta\tb\ntwo\tabout\tc\td\te\n');
writeFileSync('names.txt', 'a\nb\nc\nd\ne\n');
const pick = (list) => list[random.below(list.length)];
const TEXTS = [
  'id',
  'kind',
  'donor',
  'a',
  'a,b',
  'nowhere',
  '',
  '=1',
  '\u0007',
  'M1',
  'kind=x',
  '0',
  'é',
  '--',
  'x'.repeat(300),
];
const FILES = ['f.csv', 'm.csv', 'g.gmt', 'names.txt', 'nowhere.csv', '', '.', 'X_umap', '/dev/null'];
const NUMBERS = [
  '0',
  '1',
  '2',
  '3',
  '5',
  '12',
  '40',
  '79',
  '80',
  '81',
  '199',
  '-1',
  '0.5',
  '1e-9',
  '1e9',
  'NaN',
  'auto',
  '',
  '٣',
  '0x10',
  'Infinity',
];

/** A value for an option: mostly one that it may have. */
function textOf({ type }) {
  if (random.below(6) === 0) return pick([...NUMBERS, ...TEXTS]);
  switch (type.kind) {
    case 'integer':
    case 'number':
      return pick(NUMBERS);
    case 'choice':
      return pick(type.choices);
    case 'yes-no':
      return pick(['yes', 'no', 'maybe']);
    case 'size':
      return pick(['1G', '64M', '1k', '2G', 'lots']);
    case 'image':
      return pick(['5x1', '2x2', '0x9', '28x28']);
    case 'output':
      return pick(['out', `out${random.below(3)}`, 'f.csv', 'nowhere/x', 'o.npy']);
    case 'file':
      return pick(FILES);
    default:
      return pick(TEXTS);
  }
}

function argumentsOf() {
  const command = pick(['explain', 'explain', 'explain', 'audit', 'embed', 'inspect', 'query', 'compare']);
  const args = [
    command,
    pick(
      command === 'query' || command === 'compare'
        ? ['base', 'base', 'base', 'f.csv', '']
        : ['f.csv', 'f.csv', 'f.csv', 'm.csv', 'nowhere.csv'],
    ),
  ];
  if (['explain', 'audit'].includes(command) && random.below(8) > 0) args.push('-e', 'm.csv');
  if (['explain', 'audit', 'embed'].includes(command)) args.push('-o', `o${random.below(4)}`);
  const options = optionsOf(command);
  for (let i = random.below(6); i > 0; i--) {
    const option = pick(options);
    // threads and engines of their own would be started by the hundred
    if (['threads', 'engine', 'reps'].includes(option.name)) continue;
    const name = `--${option.name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    args.push(...(option.type.kind === 'flag' ? [name] : [`${name}=${textOf(option)}`]));
  }
  return [...args, '--engine', 'js'];
}

/** Runs the arguments as the command line does, without its output. */
async function outcome(args) {
  const { write } = process.stdout;
  const errors = process.stderr.write;
  process.stdout.write = () => true;
  process.stderr.write = () => true;
  try {
    const parsed = readArguments(args);
    if (parsed.help || parsed.version || !parsed.command) return { code: 0, line: '' };
    const texts = parseOptions(parsed.command.name, parsed.texts);
    const { run } = await commandLoaders[parsed.command.name]();
    await run(parsed.argument, texts, new AbortController().signal, parsed.more);
    return { code: 0, line: '' };
  } catch (error) {
    return { code: exitCodeOf(error), line: lineOf(error), stack: error?.stack };
  } finally {
    process.stdout.write = write;
    process.stderr.write = errors;
  }
}

/** The line without what the arguments say themselves. */
const given = (line, args) => (args.some((arg) => arg.endsWith('NaN')) ? line.replaceAll('NaN', '') : line);

const counts = { 0: 0, 1: 0, 2: 0 };
let [ran, slowest] = [0, 0];
await outcome(['explain', 'f.csv', '-e', 'm.csv', '-o', 'base', '--engine', 'js', '--draws', '0']);
const end = performance.now() + 1000 * Number(values.seconds);
for (; ran < Number(values.sets) && performance.now() < end; ran++) {
  const args = argumentsOf();
  const start = performance.now();
  const { code, line, stack } = await outcome(args);
  const seconds = (performance.now() - start) / 1000;
  slowest = Math.max(slowest, seconds);
  counts[code] = (counts[code] ?? 0) + 1;
  const isWrong =
    (code !== 0 && code !== 2) ||
    /defect|\bat .*\.js|undefined|\bNaN\b/.test(given(line, args)) ||
    line.trim().includes('\n');
  if (isWrong || seconds > 20)
    console.log(
      `${JSON.stringify(args)}\n  code ${code}, ${seconds.toFixed(1)} s: ${line}\n  ${code === 1 ? stack : ''}`,
    );
}
console.log(
  `${ran} sets: ${counts[0]} done, ${counts[2]} refused, ${counts[1]} failed; the slowest took ${slowest.toFixed(1)} s`,
);
process.chdir('/');
rmSync(folder, { recursive: true, force: true });
process.exit(0);
