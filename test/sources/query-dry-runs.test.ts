/** A dry run that is asked for in the address: read, or refused, but never passed over. */
import { describe, expect, it } from "vitest";
import { openWith } from "../support/opened.ts";

const REFUSED = { code: "invalid-request", effect: "none", errors: [{ pointer: "#/dryRun" }] };

describe("a dry run in the query", () => {
  it.each(["dryRun", "dryRun=false", "dryrun=true", "dry-run", "dry_run=1", "DRY_RUN"])(
    "%s is refused by a source that reads none",
    async (query) => {
      const refused = await openWith("freshdesk", { query });
      expect(refused).toMatchObject(REFUSED);
      expect(refused).toMatchObject({ errors: [{ detail: expect.stringMatching(/^is not read from the query here: .*ccgw_dry_run/) }] });
      expect(await openWith("dialogflow-cx", { query })).toMatchObject(REFUSED);
      expect(await openWith("rasa", { query, body: '{"next_action":"transfer"}', connection: { events: ["transfer"] } })).toMatchObject(
        REFUSED,
      );
    },
  );

  it.each(["dryrun=true", "dry-run", "dry_run=1"])("%s is refused by one that reads it under its right name", async (query) => {
    const errors = [{ pointer: "#/dryRun", detail: "must be written dryRun in the query" }];
    expect(await openWith("generic", { query })).toMatchObject({ ...REFUSED, errors });
  });

  it.each(["api", "generic", "salesforce-flow"])("dryRun is read by %s", async (source) => {
    expect(await openWith(source, { query: "dryRun" })).toMatchObject([{ dryRun: true }]);
  });

  it("is not what another parameter asks for", async () => {
    expect(await openWith("freshdesk", { query: "run=dry&dryRunner=1" })).toHaveLength(1);
  });
});
