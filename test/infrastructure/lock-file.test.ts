/** What is installed is what was looked at: exact versions, each with its digest, and no address of where it came from. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: true;
}

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, Locked> };
// The first one is this project.
const installed = Object.entries(packages).filter(([path, { link }]) => path !== "" && link !== true);

describe("the lock file", () => {
  it("has the digest of every package", () => {
    expect(installed.length).toBeGreaterThan(100);
    expect(installed.filter(([, { integrity = "" }]) => !integrity.startsWith("sha512-")).map(([path]) => path)).toEqual([]);
  });

  it("has no address of where one came from", () => {
    expect(installed.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  it("holds exactly what is asked for", () => {
    const asked = Object.entries({ ...packageJson.dependencies, ...packageJson.devDependencies });
    const isExact = (version: string) => /^(npm:osls@)?\d+\.\d+\.\d+$/.test(version);
    expect(asked.filter(([, version]) => !isExact(version))).toEqual([]);
    expect(asked.filter(([name, version]) => packages[`node_modules/${name}`]?.version !== version.replace("npm:osls@", ""))).toEqual([]);
  });
});
