import { defineConfig } from 'vitest/config';

/** Tests that drive Chromium through the pages: `npm run test:pages`. All others are the quick suite. */
export const pages = [
  'test/viewer/*.test.ts',
  'test/report/policy.test.ts',
  'test/report/report.test.ts',
  'test/{engine,io}/browser.test.ts',
];

const limits = {
  // against hanging only: a busy machine is slow, not wrong
  testTimeout: 900_000,
  hookTimeout: 900_000,
  pool: 'forks' as const,
  maxWorkers: 2,
};

export default defineConfig({
  test: {
    ...limits,
    projects: [
      {
        test: {
          ...limits,
          name: 'quick',
          include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
          // needs the built site: site/vitest.config.ts
          exclude: ['test/site/**', 'node_modules/**', ...pages],
        },
      },
      { test: { ...limits, name: 'pages', include: pages } },
    ],
  },
});
