/**
 * One configuration for every suite: forked processes (the addon is loaded on a main thread, and a crash takes one
 * file with it, not the run), the collector exposed for the memory tests, and timeouts that are watchdogs, not budgets.
 *
 * Most tests run over `dist`, as users do. Those that look inside need single modules, and `hchan` made of the same ones:
 * both are in `build`.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const INSIDE = ['__test__/{codec,native,shared,local}/**/*.test.ts', '__test__/**/*.inside.test.ts'];
const modules = (name: string) => fileURLToPath(new URL(`build/${name}.js`, import.meta.url));

export default defineConfig({
  test: {
    setupFiles: ['./__test__/conformance/watchdog.ts'],
    pool: 'forks',
    maxWorkers: 2,
    execArgv: ['--expose-gc'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    // The package under test is loaded by Node itself, in the tests as in their workers.
    server: { deps: { external: [/\/(dist|build)\//] } },
    projects: [
      { extends: true, test: { name: 'hchan', include: ['__test__/**/*.test.ts'], exclude: INSIDE } },
      {
        extends: true,
        test: { name: 'inside', include: INSIDE },
        resolve: {
          alias: [
            { find: /^hchan$/, replacement: modules('index') },
            { find: /^hchan\/context$/, replacement: modules('context') },
          ],
        },
      },
    ],
  },
});
