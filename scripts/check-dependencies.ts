/** Who may import whom: holds the folders against .dependency-cruiser.cjs. Fails, too, where the tool saw nothing: it would approve anything then. */
import { spawnSync } from "node:child_process";
import * as z from "zod";

const FOLDERS = ["handlers", "lib", "cli", "dev", "bench"];
/** The tree has grown past this; fewer means that the tool could not read it. */
const MODULES_MIN = 40;

const Cruise = z.object({
  summary: z.object({
    totalCruised: z.int(),
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

const cruise = spawnSync("depcruise", ["--config", ".dependency-cruiser.cjs", "--output-type", "json", ...FOLDERS], {
  encoding: "utf8",
  maxBuffer: 64 * 1024 * 1024,
  shell: process.platform === "win32",
});
if (cruise.stdout === "" || cruise.stdout === null) throw new Error(`depcruise printed nothing: ${cruise.stderr}`);
const { totalCruised, violations } = Cruise.parse(JSON.parse(cruise.stdout)).summary;

for (const { rule, from, to } of violations) console.error(`${rule.name}: ${from} -> ${to}`);
if (totalCruised < MODULES_MIN) console.error(`only ${totalCruised} modules cruised, at least ${MODULES_MIN} expected`);
process.exitCode = violations.length > 0 || totalCruised < MODULES_MIN ? 1 : 0;
if (process.exitCode === 0) console.log(`${totalCruised} modules, no violation`);
