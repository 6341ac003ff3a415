import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Packages the functions once: several tests invoke what is deployed.
    globalSetup: ["test/support/packaged.ts"],
    reporters: ["default", ["json", { outputFile: ".build/test-report.json" }]],
    maxWorkers: 4,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
