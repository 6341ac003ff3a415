/** Prints `N passed, N failed, N skipped` from the test runner's own report, and fails where a test failed, none ran or the report is missing. */
import { readFileSync } from "node:fs";
import * as z from "zod";

const Report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

const [, , file = ".build/test-report.json", exitCodeText = "0"] = process.argv;
/** What the runner ended with: not 0 with no failed test is an unhandled rejection or the like. */
const exitCode = Number(exitCodeText);
const report = readReport(file);
// A file that could not be imported has no assertions, and the runner does not count it among the failed tests.
const brokenFiles = report.testResults.filter(
  ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
).length;
const counted = report.numFailedTests + brokenFiles;
const failed = counted === 0 && exitCode !== 0 ? 1 : counted;
const skipped = report.numPendingTests + report.numTodoTests;

console.log(`${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 || report.numPassedTests === 0 ? 1 : 0;

/** No report, or a broken one, is a runner that did not get that far: its exit code counts. */
function readReport(path: string): z.infer<typeof Report> {
  try {
    return Report.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    console.error(`no test report at ${path}:`, error instanceof Error ? error.message : error);
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  }
}
