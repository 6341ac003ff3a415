import { describe, expect, it } from "vitest";
import { composeConnections } from "../../lib/composition/connections.ts";

const CONNECTION = {
  ...{ schemaVersion: 1, source: "api", gateway: "main", agentId: "101" },
  verification: { secrets: [{ id: "current", value: "the-key-of-the-connection" }] },
};
const { signal } = new AbortController();

describe("a connection", () => {
  it("tells when its document was written, as Secrets Manager has it, and nothing of one that is not there", async () => {
    const writtenAt = new Date("2026-11-01T00:00:00Z");
    const version = { text: JSON.stringify(CONNECTION), versionId: "1", writtenAt };
    const connections = composeConnections({
      readVersion: async (name) => (name === "connections/crm" ? version : undefined),
      read: async () => expect.fail("has no time"),
      list: async () => [],
    });
    expect(connections.writtenAt?.("crm")).toBeUndefined();
    expect(await connections.get("crm", signal)).toMatchObject({ settings: { gateway: "main" } });
    expect(await connections.get("other", signal)).toBeUndefined();
    expect([connections.writtenAt?.("crm"), connections.writtenAt?.("other")]).toEqual([writtenAt, undefined]);
  });
});
