// Runs the property of test/io/plan/property.test.ts on 20,000 random pairs of files, or as many as the first argument says.
import { spawnSync } from 'node:child_process';

const [count = '20000', seed = '1'] = process.argv.slice(2);
const env = { ...process.env, PAIRING_CASES: count, PAIRING_SEED: seed };
const { status } = spawnSync('npx', ['vitest', 'run', 'test/io/plan/property.test.ts'], {
  env,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
