import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// the site and the code of the documentation; `npm run site` first
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/site/*.test.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
