// Every command and every piece of JavaScript in the documentation runs. Commands of a page run one after the other in a folder with
// made files of the names that the page uses. Python's blocks run in python/tests/test_docs.py, R's in r/tests/testthat/test-docs.R.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDocumentationData } from './made-data.js';

const root = join(import.meta.dirname, '../..');
const main = join(root, 'dist/cli/main.js');

const SCHEDULER = 'needs a scheduler of Dask; python/tests/test_cluster.py and test_order.py start one';

/** Lines that are not run, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'whymap view': 'serves until it is stopped; test/viewer opens it',
  'npm ci && npm run demo': 'test/package and .ci/run do it',
  'npm ci && npm test': 'is this suite',
  'npm run build:r': '.ci/doors does it',
  'R CMD INSTALL r/dist/whymap_*.tar.gz': '.ci/doors does it',
  'pip install whymap': '.ci/doors does it, with the wheel that it builds',
  'whymap audit images.npy -e latent.npy --sample 5000': 'needs more samples than the made files have',
  "pip install 'whymap[cluster]'": '.ci/doors does it, with the packages of the Python suite',
  'whymap explain cells.h5ad -e X_umap --cluster tcp://scheduler:8786': SCHEDULER,
  'whymap explain cells.h5ad -e X_umap --cluster tcp://localhost:8786': SCHEDULER,
  'dask scheduler &': SCHEDULER,
  'dask worker localhost:8786 --nworkers 4 --nthreads 4 --memory-limit 12GB &': SCHEDULER,
  'python -m whymap.cluster.order cells.h5ad -e X_umap --out /shared/cells-parts --scheduler tcp://scheduler:8786':
    SCHEDULER,
  'whymap explain /shared/cells-parts --cluster tcp://scheduler:8786 --trust no': SCHEDULER,
};

const pages = execFileSync(
  'git',
  ['ls-files', '-co', '--exclude-standard', 'README.md', 'docs/*.md', 'site/*.md'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .trim()
  .split('\n')
  .filter((page) => !page.startsWith('docs/lab/'));

/** The blocks of a page in a language, without the fences. */
const blocksOf = (page: string, languages: string) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)]
    .filter(([, language]) => new RegExp(`^(${languages})$`).test(language))
    .map(([, , body]) => body);

/** The commands of a page, without comments, in their order. */
const commandsOf = (page: string) =>
  blocksOf(page, 'sh|')
    .flatMap((body) => body.replace(/\\\n\s*/g, ' ').split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !(line in NOT_RUN));

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whymap-docs-'));
  symlinkSync(join(root, 'data'), join(folder, 'data'));
  await makeDocumentationData(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command as a shell would, with whymap being the built command line. */
function runLine(line: string) {
  const script = `whymap() { "${process.execPath}" "${main}" "$@"; }; npx() { "$@"; }; ${line}`;
  return spawnSync('bash', ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '100' },
  });
}

test('the scan finds commands and code', () => {
  expect(commandsOf('docs/tutorials/biologist.md').length).toBeGreaterThan(5);
  expect(pages.flatMap((page) => blocksOf(page, 'js')).length).toBeGreaterThan(2);
});

/** What runs the blocks of a language that do not run here; blocks of `text` are what something prints. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  python: 'python/tests/test_docs.py',
  r: 'r/tests/testthat/test-docs.R',
};

test('every block is a command, a program that a test runs, or text that something prints', () => {
  for (const page of pages) {
    const languages = [...readFileSync(join(root, page), 'utf8').matchAll(/^```(\w*)\n[\s\S]*?^```/gm)];
    for (const [, language] of languages) {
      if (['', 'sh', 'js', 'ts', 'text'].includes(language)) continue;
      expect(Object.keys(ELSEWHERE), `${page}: ${language}`).toContain(language);
      expect(readFileSync(join(root, ELSEWHERE[language]), 'utf8')).toContain(basename(page));
    }
  }
});

test('what is not run is in the documentation', () => {
  const text = pages.map((page) => readFileSync(join(root, page), 'utf8')).join('\n');
  expect(Object.keys(NOT_RUN).filter((line) => !text.includes(line))).toEqual([]);
});

describe.each(pages.filter((page) => commandsOf(page).length > 0))('%s', (page) => {
  test.each(commandsOf(page))('%s', (line) => {
    const { status, stderr } = runLine(line);
    expect(status, stderr).toBe(0);
  });
});

const programs = pages.flatMap((page) => blocksOf(page, 'js|ts').map((code, at) => ({ page, at, code })));
test.each(programs.filter(({ page }) => page !== 'README.md'))('$page, program $at', ({ page, at, code }) => {
  // below the repository, so that `whymap` names the package
  const place = join(root, 'whymap-out-docs', `${process.pid}-${page.replaceAll('/', '-')}-${at}.mjs`);
  mkdirSync(join(place, '..'), { recursive: true });
  writeFileSync(place, code);
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, [place], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    expect(stdout.length).toBeGreaterThan(0);
  } finally {
    rmSync(place);
  }
});
