import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    // needs the built site: site/vitest.config.ts
    exclude: ['test/site/**', 'node_modules/**'],
    // against hanging only: a busy machine is slow, not wrong
    testTimeout: 900_000,
    hookTimeout: 900_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
