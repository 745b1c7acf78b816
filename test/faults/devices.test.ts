// Outputs on full and read-only devices, on other file systems and behind links: refused before the work, or whole.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openOutputFile } from '#whymap/io/output/file.js';
import { openOutput } from '#whymap/io/output/folder.js';
import { temporaryFolder } from '../cli/run.js';

const root = temporaryFolder();
const mounted: string[] = [];

/** A file system of a few kilobytes at a new folder, or null where this machine does not let a test mount one. */
function mount(name: string, options: string): string | null {
  const path = join(root, name);
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return null;
  }
  mounted.push(path);
  return path;
}

const small = mount('small', 'size=256k');
const full = mount('full', 'size=64k');
const readOnly = mount('read-only', 'ro,size=64k');
const shared = '/dev/shm';
const otherDevice = existsSync(shared) && statSync(shared).dev !== statSync(root).dev;

afterAll(() => {
  for (const path of mounted) execFileSync('umount', [path]);
});

test.skipIf(!full)('a full device is refused before the work', async () => {
  writeFileSync(join(full ?? '', 'filler'), new Uint8Array(60_000));
  await expect(openOutput(join(full ?? '', 'out'))).rejects.toMatchObject({
    code: 'machine',
    got: /full device/,
  });
  writeFileSync(join(full ?? '', 'more'), new Uint8Array(4096));
  await expect(openOutputFile(join(full ?? '', 'x.npy'))).rejects.toMatchObject({ code: 'machine' });
  expect(readdirSync(full ?? '').sort()).toEqual(['filler', 'more']);
});

test.skipIf(!small)('a device that fills while results are written keeps the earlier results', async () => {
  const folder = join(small ?? '', 'out');
  const first = await openOutput(folder);
  await first.write('a', 'old');
  await first.commit();
  const second = await openOutput(folder);
  await second.write('a', 'new');
  const tooMuch = second.write('b', new Uint8Array(300_000));
  await expect(tooMuch).rejects.toMatchObject({ code: 'machine', remedy: /make room/ });
  await second.discard();
  expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['a']);
  const file = await openOutputFile(join(small ?? '', 'x.npy'));
  await file.write('old');
  await expect(file.write(new Uint8Array(300_000))).rejects.toMatchObject({ code: 'machine' });
  expect(readFileSync(file.path, 'utf8')).toBe('old');
});

test.skipIf(!small)('a mount point itself can be the output', async () => {
  const out = await openOutput(small ?? '');
  await out.write('whole', 'x');
  await out.commit();
  expect(readFileSync(join(small ?? '', 'whole'), 'utf8')).toBe('x');
  expect(readdirSync(small ?? '').filter((name) => name.startsWith('.'))).toEqual([]);
});

test.skipIf(!readOnly)('a read-only file system is refused before the work', async () => {
  await expect(openOutput(join(readOnly ?? '', 'out'))).rejects.toMatchObject({
    code: 'option',
    got: /read-only/,
  });
  await expect(openOutputFile(join(readOnly ?? '', 'x.csv'))).rejects.toMatchObject({
    code: 'option',
    got: /read-only/,
  });
});

test('a link to nothing and a link to a folder lead to where they point', async () => {
  symlinkSync('later', join(root, 'dangling'));
  const out = await openOutput(join(root, 'dangling'));
  await out.write('a', '1');
  await out.commit();
  expect(readFileSync(join(root, 'later/a'), 'utf8')).toBe('1');
  const again = await openOutput(join(root, 'dangling'));
  await again.write('a', '2');
  await again.commit();
  expect(readFileSync(join(root, 'later/a'), 'utf8')).toBe('2');
  symlinkSync('loop', join(root, 'loop'));
  await expect(openOutput(join(root, 'loop'))).rejects.toMatchObject({ code: 'option', got: /link/ });
  writeFileSync(join(root, 'real.npy'), 'old');
  symlinkSync('real.npy', join(root, 'link.npy'));
  await (await openOutputFile(join(root, 'link.npy'))).write('new');
  expect(readFileSync(join(root, 'real.npy'), 'utf8')).toBe('new');
});

test.skipIf(!otherDevice)('a link to another file system', async () => {
  const elsewhere = mkdtempSync(join(shared, 'whymap-test-'));
  try {
    symlinkSync(elsewhere, join(root, 'elsewhere'));
    for (const text of ['1', '2']) {
      const out = await openOutput(join(root, 'elsewhere'));
      await out.write('a', text);
      await out.commit();
      expect(readFileSync(join(elsewhere, 'a'), 'utf8')).toBe(text);
    }
    expect(readdirSync(elsewhere)).toEqual(['a']);
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test('a folder that appears while the work is done is written into', async () => {
  const path = join(root, 'appears');
  const out = await openOutput(path);
  await out.write('a', 'new');
  mkdirSync(path);
  writeFileSync(join(path, 'mine'), 'mine');
  await out.commit();
  expect(readdirSync(path).sort()).toEqual(['a', 'mine']);
  expect(readdirSync(root).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('what is discarded leaves nothing, not even the folders above it', async () => {
  const out = await openOutput(join(root, 'deep/deeper/out'));
  expect(existsSync(join(root, 'deep'))).toBe(false);
  await out.write('a', 'x');
  await out.discard();
  expect(existsSync(join(root, 'deep'))).toBe(false);
});
