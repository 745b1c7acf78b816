// `--cluster` with an address: what it says without Python, without whymap in it, without Dask, and when the bridge is lost.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder, whymap } from './run.js';

const folder = temporaryFolder();

beforeAll(() => {
  const rows = Array.from({ length: 60 }, (_, r) => [Math.sin(r), Math.cos(r * r), r % 7]);
  writeFileSync(join(folder, 'table.csv'), ['a,b,c', ...rows.map((row) => row.join(','))].join('\n'));
  writeFileSync(join(folder, 'map.csv'), ['x,y', ...rows.map(([x, y]) => `${x},${y}`)].join('\n'));
});

/** Explains on a cluster, with a program in place of Python. */
async function explainWith(python: string) {
  const before = process.env.WHYMAP_PYTHON;
  process.env.WHYMAP_PYTHON = python;
  try {
    return await whymap(folder, 'explain', 'table.csv', '-e', 'map.csv', '--cluster', 'tcp://host:8786');
  } finally {
    if (before === undefined) delete process.env.WHYMAP_PYTHON;
    else process.env.WHYMAP_PYTHON = before;
  }
}

/** A program that writes to standard error and ends. */
function program(name: string, said: string, code: number): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `#!${process.execPath}\nprocess.stderr.write(${JSON.stringify(said)});process.exitCode = ${code};\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

test.skipIf(process.platform === 'win32')(
  'without Python or whymap in it, it says what to install',
  async () => {
    const missing = await explainWith(join(folder, 'no-python'));
    expect(missing.code).not.toBe(0);
    expect(missing.err).toMatch(/no program .*no-python/);
    expect(missing.err).toContain("pip install 'whymap[cluster]'");
    const bare = await explainWith(program('bare', "python3: No module named 'whymap'\n", 1));
    expect(bare.code).not.toBe(0);
    expect(bare.err).toMatch(/bare without the package whymap/);
    expect(bare.err).toContain("pip install 'whymap[cluster]'");
  },
);

test.skipIf(process.platform === 'win32')(
  'it says what the bridge says, and how it ended without a word',
  async () => {
    const parts = {
      code: 'machine',
      got: 'no answer at host:8786',
      expected: 'a scheduler',
      remedy: 'check it',
    };
    const refused = await explainWith(
      program('refused', `${JSON.stringify({ message: 'error', ...parts })}\n`, 2),
    );
    expect(refused.code).not.toBe(0);
    expect(refused.err).toMatch(/no answer at host:8786[\s\S]*check it/);
    const silent = await explainWith(program('silent', 'Segmentation fault\n', 3));
    expect(silent.code).not.toBe(0);
    expect(silent.err).toMatch(/exit code 3/);
  },
);
