import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those that take longest begin first: one that begins last is waited for by itself. */
const LONG = [
  "e2e/local-stack",
  "sessions/day-of-",
  "proof/",
  "e2e/send",
  "e2e/least-privilege",
  "e2e/gateway-faults",
  "e2e/canary",
  "dev/",
  "e2e/",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = LONG.findIndex((part) => moduleId.includes(`/test/${part}`));
      return rank === -1 ? LONG.length : rank;
    };
    return (await super.sort(files)).toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Packages the functions once: several tests invoke what is deployed.
    globalSetup: ["test/support/packaged.ts"],
    reporters: ["default", ["json", { outputFile: ".build/test-report.json" }]],
    sequence: { sequencer: LongestFirst },
    maxWorkers: 4,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
