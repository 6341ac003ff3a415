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
  /** Within a project, whose files stay together: a shared process ends where one of another project is next. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = LONG.findIndex((part) => moduleId.includes(`/test/${part}`));
      return rank === -1 ? LONG.length : rank;
    };
    const projects = Map.groupBy(await super.sort(files), ({ project }) => project);
    return [...projects.values()].flatMap((sorted) => sorted.toSorted((one, other) => rankOf(one) - rankOf(other)));
  }
}

const each = { testTimeout: 30_000, hookTimeout: 60_000 };
/** They count on the time that passes, with hundreds of requests under way: each in a process of its own, and last, when no other runs beside them. */
const PROOF = ["test/proof/**/*.test.ts"];

export default defineConfig({
  test: {
    // Packages the functions and bundles the commands once: several tests invoke what is deployed, or run what is typed.
    globalSetup: ["test/support/packaged.ts", "test/support/bundled-commands.ts"],
    reporters: ["default", ["json", { outputFile: ".build/test-report.json" }]],
    sequence: { sequencer: LongestFirst },
    maxWorkers: 4,
    projects: [
      // To start a process and load the SDK costs more than most files take: they share a few.
      { test: { ...each, name: "shared", include: ["test/**/*.test.ts"], exclude: PROOF, isolate: false } },
      { test: { ...each, name: "proof", include: PROOF, sequence: { groupOrder: 1 } } },
    ],
  },
});
