// A Python environment of the benchmarks' own, in bench/.venv, with the peers at their newest releases (requirements.txt, and each
// line of requirements-optional.txt by itself: one that cannot be installed is a line in the tables, with the reason).
// Made at the first use; delete the folder to have newer ones.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const home = join(import.meta.dirname, '../.venv');
const python = join(home, 'bin/python');
const made = join(home, 'complete.json');
const required = join(import.meta.dirname, 'requirements.txt');
const lines = (name) =>
  readFileSync(join(import.meta.dirname, name), 'utf8')
    .trim()
    .split('\n');
const optional = lines('requirements-optional.txt');
/** Bytes that PyTorch takes with the libraries of a graphics card, which come where the registry has no build without. */
const LARGE_TORCH = 12 * 2 ** 30;
/** Without settings for other builds of OpenBLAS than the environment's. */
const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...env } = process.env;

/** The environment's Python; made where it is not there yet. Throws where Python 3 or the registry is missing. */
export function peerPython() {
  if (existsSync(made)) return python;
  rmSync(home, { recursive: true, force: true });
  console.error('making bench/.venv with the peers...');
  execFileSync('python3', ['-m', 'venv', home], { stdio: ['ignore', 'ignore', 'inherit'] });
  const reason = install('-r', required);
  if (reason) throw new Error(reason);
  const missing = optional.map((name) => [name, (name === 'torchdr' && installTorch()) || install(name)]);
  writeFileSync(made, JSON.stringify(Object.fromEntries(missing.filter(([, why]) => why))));
  return python;
}

/** Why an optional peer is not there, in the installer's words; null where it is. */
export function missingPeer(name) {
  peerPython();
  return JSON.parse(readFileSync(made, 'utf8'))[name] ?? null;
}

/** Installs packages; what the installer said at last where it failed, else null. */
function install(...packages) {
  const { status, stderr } = spawnSync(
    python,
    ['-m', 'pip', 'install', '--quiet', '--upgrade', ...packages],
    {
      encoding: 'utf8',
      env,
    },
  );
  return status === 0 ? null : (stderr.trim().split('\n').at(-1) ?? 'pip failed');
}

/** PyTorch in its build for processors, where there is one; else the large one, where the disk has room. */
function installTorch() {
  const listed = spawnSync(python, ['-m', 'pip', 'index', 'versions', 'torch'], { encoding: 'utf8', env });
  const small = /\b[\d.]+\+cpu\b/.exec(listed.stdout)?.[0];
  if (small) return install(`torch==${small}`);
  const { bavail, bsize } = statfsSync(home);
  if (bavail * bsize < LARGE_TORCH)
    return 'PyTorch comes with the libraries of graphics cards only, for which the disk has no room';
  return install('torch');
}

/** Names and versions of the peers, as `name 1.2, other 3.4`. */
export function peerVersions() {
  const names = [
    'numpy',
    'scipy',
    ...lines('requirements.txt'),
    ...optional.filter((name) => !missingPeer(name)),
  ];
  const code = `from importlib.metadata import version as v; print(", ".join(f"{n} {v(n)}" for n in ${JSON.stringify(names)}))`;
  return execFileSync(peerPython(), ['-c', code], { encoding: 'utf8', env }).trim();
}

/** What a peer's process finds in its environment: two threads. */
export const peerEnvironment = {
  ...env,
  OMP_NUM_THREADS: '2',
  NUMBA_NUM_THREADS: '2',
  OPENBLAS_NUM_THREADS: '2',
};
