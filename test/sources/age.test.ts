/** How old a delivery may be, and what says how old it is: the vendor's own time of the event, where what proved the caller covers it. */
import { describe, expect, it } from "vitest";
import { SOURCES } from "../../lib/sources/all.ts";
import { readFixture } from "../support/fixture.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { configure, openSource } from "../support/open-source.ts";

/** Whose repeats can come when the customer is long gone. All others have no age. */
const MAX_AGES: Readonly<Record<string, number>> = {
  chatwoot: 300,
  dynamics: 300,
  freshdesk: 600,
  hubspot: 300,
  intercom: 300,
  "salesforce-flow": 300,
  "salesforce-outbound-message": 300,
  zendesk: 300,
};
const RECEIVED_AT = new Date(INSTANT).toISOString();
const EVENTS = { events: ["conversation.admin.assigned"] };
const SECRET = `whsec_${Buffer.from("a-secret-of-one-sender!!").toString("base64")}`;
const SENDER = { source: "standard-webhooks", verification: { secrets: [{ id: "current", value: SECRET }] } };

describe("the age of a delivery", () => {
  it("has a limit where a source gives one", () => {
    const given = SOURCES.flatMap(({ id, maxAgeSeconds }) => (maxAgeSeconds === undefined ? [] : [[id, maxAgeSeconds]]));
    expect(Object.fromEntries(given)).toEqual(MAX_AGES);
  });

  it.each([
    ["its source's, unless the connection has another", { source: "zendesk" }, 300],
    ["the connection's", { source: "zendesk", maxAgeSeconds: 3_600 }, 3_600],
    ["the connection's, of a source that has none", { source: "generic", maxAgeSeconds: 60 }, 60],
    ["none", { source: "generic" }, undefined],
  ])("is limited to %s", async (_what, connection, seconds) => {
    expect((await configure(connection)).settings.maxAgeSeconds).toBe(seconds);
  });
});

describe("the time of a notification of Intercom", () => {
  const notification = JSON.parse(new TextDecoder().decode(readFixture("intercom/conversation-admin-assigned.json")));

  async function occurredAt(createdAt: unknown, signature?: string): Promise<unknown> {
    const body = JSON.stringify({ ...notification, created_at: createdAt });
    const { opened } = await openSource({ connection: { source: "intercom", ...EVENTS }, body, ...(signature && { signature }) });
    return "drafts" in opened ? opened.drafts.map((draft) => draft.occurredAt) : opened.error;
  }

  it("is its created_at, which is signed", async () => {
    expect(await occurredAt(INSTANT / 1_000 - 400, "s")).toEqual([new Date(INSTANT - 400_000).toISOString()]);
    expect(await occurredAt(INSTANT / 1_000, "s")).toEqual([RECEIVED_AT]);
  });

  it("is not known of one whose signature is none", async () => {
    expect(await occurredAt(INSTANT / 1_000 - 400)).toEqual([undefined]);
  });

  it.each([undefined, null, "1795417200", "2026-11-23T07:00:00Z", 0, -1, INSTANT / 1_000 + 1, INSTANT, 1e300, [1], {}])(
    "is not known from %j",
    async (createdAt) => {
      expect(await occurredAt(createdAt, "s")).toEqual([undefined]);
    },
  );
});

describe("the time of a message of Standard Webhooks", () => {
  async function occurredAt(body: object, signature?: string): Promise<unknown> {
    const { opened } = await openSource({ connection: SENDER, body: JSON.stringify(body), ...(signature && { signature }) });
    return "drafts" in opened ? opened.drafts.map((draft) => draft.occurredAt) : opened.error;
  }

  it.each([
    ["2026-11-23T06:59:58.344522Z", "2026-11-23T06:59:58.344Z"],
    ["2026-11-23T08:59:58+02:00", "2026-11-23T06:59:58.000Z"],
    ["2026-11-20T00:00:00Z", "2026-11-20T00:00:00.000Z"],
  ])("is the envelope's timestamp: %s", async (timestamp, told) => {
    expect(await occurredAt({ type: "a.b", timestamp, data: { callId: "c-1" } }, "s")).toEqual([told]);
  });

  it("is the same where its data stands at the top", async () => {
    expect(await occurredAt({ type: "a.b", timestamp: "2026-11-23T06:59:58Z", callId: "c-1" }, "s")).toEqual(["2026-11-23T06:59:58.000Z"]);
  });

  it.each([undefined, null, INSTANT - 1_000, "23 November 2026", "2026", "2026-11-23", "2026-11-23T07:00:01Z", "2026-13-01T00:00:00Z", ""])(
    "is not known from %j",
    async (timestamp) => {
      expect(await occurredAt({ type: "a.b", timestamp, data: { callId: "c-1" } }, "s")).toEqual([undefined]);
    },
  );

  it("is not known of a body that is no envelope", async () => {
    expect(await occurredAt({ timestamp: "2026-11-23T06:59:58Z", callId: "c-1" }, "s")).toEqual([undefined]);
  });
});
