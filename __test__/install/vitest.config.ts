/** `npm run test:install`: what a user gets from a registry. Apart from the other suites, since it packs, publishes and installs. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['__test__/install/*.spec.ts'],
    globalSetup: ['__test__/install/registry.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
