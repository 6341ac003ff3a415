/** How long what is known of an agent's session serves the transfers of one process. */
import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { failing } from "./leases-under-test.ts";
import { type SourceUnderTest, startSource } from "./session-source-under-test.ts";

const SESSION = { guid: "guid-1", cookies: "lb=1", renewedAt: INSTANT, events: "poll" } as const;
const NEWER = { ...SESSION, guid: "guid-2", renewedAt: INSTANT + 60_000 };

describe("what is known of an agent", () => {
  async function startKept(): Promise<SourceUnderTest> {
    const source = startSource();
    source.putManaged();
    await source.keep({ session: SESSION }, { lives: true });
    return source;
  }

  it("is read once in three seconds, however many transfer", async () => {
    const { find, reads, clock, keep } = await startKept();
    await Promise.all([find(), find(), find()]);
    await keep({ session: NEWER });
    clock.pass(2_999);
    expect(await find()).toEqual(SESSION);
    expect(reads).toEqual(["secret", "record"]);
    clock.pass(1);
    expect(await find()).toEqual(NEWER);
    expect(reads).toEqual(["secret", "record", "record"]);
  });

  it("is read anew with the secret where a Guid was refused, and for those who come after", async () => {
    const { find, renew, reads, keep } = await startKept();
    await find();
    await keep({ session: NEWER });
    await renew(SESSION.guid);
    expect(await find()).toEqual(NEWER);
    expect(reads).toEqual(["secret", "record", "secret", "record"]);
  });

  it("is kept for each agent", async () => {
    const { find, reads } = await startKept();
    await find();
    await expect(find("branch/102")).rejects.toBeInstanceOf(TransferError);
    expect(await find()).toEqual(SESSION);
    expect(reads.filter((read) => read === "record")).toHaveLength(2);
  });

  it("is kept of a thousand agents at most", async () => {
    const { put, find, reads, records } = startSource();
    put({ session: "handed-over", verification: {} });
    const agents = Array.from({ length: 1_001 }, (_, index) => `main/${1_000 + index}`);
    for (const agent of agents) {
      await records.handOver(agent, SESSION);
      await find(agent);
    }
    const times = () => reads.filter((read) => read === "record").length;
    for (const agent of agents.slice(1)) await find(agent);
    expect(times()).toBe(1_001);
    await find("main/1000");
    expect(times()).toBe(1_002);
  });

  it("is not kept where it could not be read", async () => {
    const source = await startKept();
    const { find } = source.process((records) => failing(records, "read", { times: 1 }));
    await expect(find()).rejects.toMatchObject({ code: "store-unavailable" });
    expect(await find()).toEqual(SESSION);
  });

  it.each([false, true])("is read again where there was no session, and a keeper or none: %s", async (lives) => {
    const { putManaged, find, keep } = startSource();
    putManaged();
    if (lives) await keep({}, { lives });
    await expect(find()).rejects.toBeInstanceOf(TransferError);
    await keep({ session: SESSION });
    expect(await find()).toEqual(SESSION);
  });
});
