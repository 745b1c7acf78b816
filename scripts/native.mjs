// Puts onnxruntime-node beside the package for tests of the native engine, or with --remove takes it away again.
// `npm install --no-save` does not install a package that is an optional peer of the root, so it goes into a folder of
// its own and is linked. Its own download step (CUDA) is skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const modules = join(import.meta.dirname, '../node_modules');
const folder = join(modules, '.native');
const link = join(modules, 'onnxruntime-node');

if (process.argv.includes('--remove')) {
  for (const path of [link, folder]) rmSync(path, { recursive: true, force: true });
} else if (!existsSync(link)) {
  mkdirSync(folder, { recursive: true });
  const install = ['install', '--prefix', folder, '--no-audit', '--no-fund', 'onnxruntime-node@^1.20.0'];
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const { status } = spawnSync('npm', install, { stdio: 'inherit', env, timeout: 300_000 });
  if (status !== 0) process.exit(1);
  symlinkSync(join(folder, 'node_modules/onnxruntime-node'), link);
}
