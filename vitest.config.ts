import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    reporters: ["default", "./tests/support/plain-reporter.ts"],
    globalSetup: ["tests/support/global-setup.ts"],
    setupFiles: ["tests/support/property-seed.ts"],
    testTimeout: 120_000,
    hookTimeout: 240_000,
    // Two cores, one PostgreSQL beside them.
    maxWorkers: 2,
    pool: "forks",
  },
});
