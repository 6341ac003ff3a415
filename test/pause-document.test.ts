/** docs/pause.md, held against the code: its commands, its numbers, its secret and its links. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCommand } from "../dev/pause-options.ts";
import { FAILURES } from "../lib/errors.ts";
import { KEPT_MS } from "../lib/records/pauses.ts";
import { DEADLINE_MAX_MS } from "../lib/transfer/connection.ts";
import manifest from "../package.json" with { type: "json" };
import { blocksOf, ROOT, read } from "./support/connect-documents.ts";
import { toConnection } from "./support/transfer-request.ts";

const PATH = "docs/pause.md";
const OPERATOR = ["--by", "ann", "--reason", "why"] as const;

describe("docs/pause.md", () => {
  it("has commands that there are", () => {
    const commands = blocksOf(PATH, "sh").join("\n").trim().split("\n");
    expect(commands).toHaveLength(3);
    for (const command of commands) {
      const [, name = "", rest = ""] = /^npm run (\w+)(?: -- (.*))?$/.exec(command) ?? [];
      expect(Object.keys(manifest.scripts)).toContain(name);
      const given = [...rest.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
      expect(() => parseCommand(name === "pauses" ? "list" : name, given)).not.toThrow();
    }
    for (const scope of ["connection crm", "agent main/101", "all"]) {
      expect(read(PATH)).toContain(`\`${scope}\``);
      expect(() => parseCommand("pause", [...scope.split(" "), ...OPERATOR])).not.toThrow();
    }
  });

  it("has a limit that a connection takes, and its bounds", () => {
    const [block = ""] = blocksOf(PATH, "json");
    expect(toConnection(JSON.parse(block)).rateLimit).toEqual({ requests: 60, perSeconds: 60 });
    for (const [requests, perSeconds] of [
      [1, 1],
      [10_000, 600],
    ])
      expect(() => toConnection({ rateLimit: { requests, perSeconds } })).not.toThrow();
    for (const [requests, perSeconds] of [
      [0, 1],
      [1, 0],
      [10_001, 1],
      [1, 601],
      [1.5, 60],
    ])
      expect(() => toConnection({ rateLimit: { requests, perSeconds } })).toThrow();
    expect(read(PATH)).toContain("`requests` is 1 to 10000, `perSeconds` 1 to 600");
  });

  it("says what is answered", () => {
    const { status, retryAfterSeconds } = FAILURES.paused;
    expect(read(PATH)).toContain(`\`paused\`**: ${status} with \`Retry-After\` (${retryAfterSeconds} s`);
  });

  it("says when a pause is heard of, and after how long nothing is sent", () => {
    expect(read(PATH)).toContain(`**Within ${KEPT_MS / 1_000} s** each instance`);
    expect(read(PATH)).toContain(`**Nothing is sent more than ${(KEPT_MS + DEADLINE_MAX_MS) / 1_000} s**`);
  });

  it("links to files that there are", () => {
    const links = [...read(PATH).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = ""]) => path);
    expect(links.filter((path) => !existsSync(join(ROOT, dirname(PATH), path)))).toEqual([]);
  });
});
