/**
 * One configuration for every suite: forked processes (the addon is loaded on a main thread, and a crash takes one
 * file with it, not the run), the collector exposed for the memory tests, and timeouts that are watchdogs, not budgets.
 */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['__test__/**/*.test.ts'],
    setupFiles: ['./__test__/conformance/watchdog.ts'],
    pool: 'forks',
    maxWorkers: 2,
    execArgv: ['--expose-gc'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    // The package under test is loaded by Node itself, in the tests as in their workers.
    server: { deps: { external: [/\/dist\//] } },
  },
});
