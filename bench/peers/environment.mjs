// A Python environment of the benchmarks' own, in bench/.venv, with the peers at their newest releases (requirements.txt).
// Made at the first use; delete the folder to have newer ones.
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const home = join(import.meta.dirname, '../.venv');
const python = join(home, 'bin/python');
const made = join(home, 'complete');
/** Without settings for other builds of OpenBLAS than the environment's. */
const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...env } = process.env;

/** The environment's Python; made where it is not there yet. Throws where Python 3 or the registry is missing. */
export function peerPython() {
  if (existsSync(made)) return python;
  rmSync(home, { recursive: true, force: true });
  console.error('making bench/.venv with the peers...');
  execFileSync('python3', ['-m', 'venv', home], { stdio: ['ignore', 'ignore', 'inherit'] });
  const packages = ['-r', join(import.meta.dirname, 'requirements.txt')];
  const install = ['-m', 'pip', 'install', '--quiet', '--upgrade', ...packages];
  execFileSync(python, install, { stdio: ['ignore', 'ignore', 'inherit'], env });
  writeFileSync(made, '');
  return python;
}

/** Names and versions of the peers, as `name 1.2, other 3.4`. */
export function peerVersions() {
  const code =
    'from importlib.metadata import version as v; print(", ".join(f"{n} {v(n)}" for n in ["numpy", "scipy", "scikit-learn", "umap-learn", "pynndescent", "openTSNE"]))';
  return execFileSync(peerPython(), ['-c', code], { encoding: 'utf8', env }).trim();
}

/** What a peer's process finds in its environment: two threads. */
export const peerEnvironment = {
  ...env,
  OMP_NUM_THREADS: '2',
  NUMBA_NUM_THREADS: '2',
  OPENBLAS_NUM_THREADS: '2',
};
