// A CSV file is read in a heap smaller than its text: only numbers, ids and labels may be kept.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const MIB = 2 ** 20;
const HEAP = 48;

test('80 MiB of text in a heap of 48 MiB, with ids and labels that are parts of it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whymap-csv-'));
  try {
    const file = join(folder, 'x.csv');
    const note = 'a text that nobody needs, '.repeat(160).replaceAll(',', ';');
    const line = (r: number) =>
      `SAMPLE_AAACCTGAGAAACCAT_${r},${r % 97},${r % 89},a kind of cell number ${r % 3},${note}\n`;
    const lines = Array.from({ length: 20000 }, (_, r) => line(r));
    writeFileSync(file, ['id,a,b,kind,note\n', ...lines].join(''));
    expect(statSync(file).size).toBeGreaterThan(78 * MIB);
    const io = pathToFileURL(join(import.meta.dirname, '../../../dist/io/index.js')).href;
    const program = `import { pathSource, readTable } from ${JSON.stringify(io)};
      const t = await readTable(pathSource(${JSON.stringify(file)}), { id: 'id', label: 'kind' });
      console.log(JSON.stringify([t.features.rows, t.features.columns, t.ids[19999], t.labels[19999], t.features.data[39999]]));`;
    const options = [`--max-old-space-size=${HEAP}`, '--input-type=module', '-e', program];
    const result = JSON.parse(execFileSync(process.execPath, options, { encoding: 'utf8' }));
    expect(result).toEqual([
      20000,
      2,
      'SAMPLE_AAACCTGAGAAACCAT_19999',
      'a kind of cell number 1',
      19999 % 89,
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
