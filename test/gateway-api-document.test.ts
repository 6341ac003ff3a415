/** docs/gateway-api.md, held against the code: its retcodes, and the tests that it names. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CTI_REFUSALS, findRefusal, REFUSALS } from "../lib/gateway/retcodes.ts";
import { readTables } from "./support/markdown-tables.ts";

const DOCUMENT = readFileSync(new URL("../docs/gateway-api.md", import.meta.url), "utf8");
const rows = readTables(DOCUMENT).find(({ columns }) => columns.includes("retcode"))?.rows ?? [];
const documented = rows.flatMap(([codes = "", , ours = ""]) =>
  [...codes.matchAll(/`([\d-]+)`/g)].map(([, code = ""]) => ({ code, cti: codes.startsWith("CTI"), ours: ours.replaceAll("`", "") })),
);

describe("the document of the gateway's interface", () => {
  it("has a row for every code that proves a refusal", () => {
    const refused = documented.filter(({ code, ours }) => code !== "0" && ours !== "gateway-error").map(({ code }) => code);
    expect(refused.toSorted()).toEqual([...Object.keys(REFUSALS), ...Object.keys(CTI_REFUSALS)].toSorted());
  });

  it.each(documented.filter(({ code }) => code !== "0"))("says of $code what is made of it", ({ code, cti, ours }) => {
    const refusal = cti ? findRefusal("999-999", `Unknown ERROR._${code}`, {}) : findRefusal(code, "", {});
    const made = refusal === undefined ? "gateway-error" : Object.values(refusal).join(", ");
    expect(made).toBe(ours);
  });

  it("names tests that there are", () => {
    const tests = [...DOCUMENT.matchAll(/`(test\/[^`]+)`/g)].map(([, path = ""]) => path);
    expect(tests).not.toEqual([]);
    expect(tests.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)))).toEqual([]);
  });
});
