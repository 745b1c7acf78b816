// examples/embed.mjs runs and does what it says.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('examples/embed.mjs', () => {
  const root = join(import.meta.dirname, '../..');
  const printed = execFileSync(process.execPath, ['examples/embed.mjs'], { cwd: root, encoding: 'utf8' });
  const lines = printed.trim().split('\n');
  expect(Number(/by (\S+)$/.exec(lines[0])?.[1])).toBeLessThan(1e-10);
  expect(lines.slice(1, 4).map((line) => line.split(':')[0])).toEqual(['epoch 50', 'epoch 100', 'epoch 150']);
  expect(lines[4]).toBe('150 new samples placed in 2 dimensions');
});
