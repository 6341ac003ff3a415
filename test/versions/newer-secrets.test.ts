/** A secret that somebody wrote for a newer version, and what of an older one goes on. */
import { expect, it } from "vitest";
import { openVersion } from "./surface.ts";
import { SECRETS } from "./version.ts";

const { whatIsWrong } = openVersion({
  tables: { records: "records", sessions: "sessions" },
  wallMs: () => 0,
  keys: ["key-of-the-records-for-tests-alone"],
  newId: () => "id",
  send() {},
  enqueue() {},
});

it.each(SECRETS)("the document of a newer version is said to be one, and nothing in it is taken for wrong: %s", async (kind) => {
  const document = JSON.stringify({ schemaVersion: 2, planted: "of a newer version" });
  const reason = `${kind}: schemaVersion is that of a newer version, which this one cannot read`;
  expect(await whatIsWrong(kind, document)).toEqual({ code: "misconfigured", reason });
});

it.each(SECRETS.filter((kind) => kind !== "receiver" && kind !== "connector"))(
  "a field that is not known is refused by its name: %s",
  async (kind) => {
    const wrong = await whatIsWrong(kind, JSON.stringify({ schemaVersion: 1, session: "external", planted: true }));
    expect(wrong).toMatchObject({ code: "misconfigured", reason: expect.stringMatching(/planted/) });
  },
);
