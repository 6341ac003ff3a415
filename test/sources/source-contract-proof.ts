/** The part of the sources' contract about who sent it: every proof is checked on the bytes, before anything of them is read. */
import { describe, expect, it } from "vitest";
import { INSTANT } from "../support/manual-clock.ts";
import type { Answer } from "../support/stack.ts";
import type { PostOptions, Proof, SourceUnderTest } from "./source-contract.ts";

const MAX_BODY_BYTES = 1024 * 1024;
const SECOND_MS = 1_000;

export function describeProof(underTest: SourceUnderTest): void {
  const { contract, connect, post, expectAnswer } = underTest;
  const { answers, secrets, toleranceSeconds } = contract;
  const wrong = secrets?.wrong ?? "wrong";
  const { malformed = "{", notAnObject = '"text"' } = contract.unreadable ?? {};

  async function expectRefused(options: PostOptions, name = connect().connection): Promise<void> {
    const sent = underTest.stack().gateway.transfers().length;
    expectUnauthenticated(await post(name, options));
    expect(underTest.stack().gateway.transfers()).toHaveLength(sent);
  }

  describe("proves its caller", () => {
    it.each([
      ["in base64", Buffer.from(contract.body)],
      ["as text", new TextDecoder().decode(contract.body)],
    ])("whose body comes %s", async (_how, body) => {
      expectAnswer(await post(connect().connection, { body }), answers.accepted);
    });

    if (secrets !== undefined)
      it.each([
        ["current", secrets.current],
        ["next", secrets.next],
      ])("by the %s secret", async (_id, secret) => {
        expectAnswer(await post(connect().connection, { secret }), answers.accepted);
      });

    if (secrets !== undefined) it("not by a secret that has expired", () => expectRefused({ secret: secrets.expired }));
    it("not by another secret", () => expectRefused({ secret: wrong }));
    it("not for a connection that does not exist", () => expectRefused({}, "nobody"));
    it("not without any proof", () => expectRefused({ tamper: () => ({ headers: {} }) }));
    it("not without a part of its proof", () =>
      forEachPart((change) => expectRefused({ tamper: (proof) => change(proof, () => undefined) })));
    it("not with a part of its proof changed", () => forEachPart((change) => expectRefused({ tamper: (proof) => change(proof, flip) })));

    if (contract.signsBody)
      it("not with a changed body", () => {
        const body = Buffer.from(contract.body);
        const last = body.lastIndexOf("}") === -1 ? body.length - 1 : body.lastIndexOf("}");
        return expectRefused({ body: Buffer.concat([body.subarray(0, last), Buffer.from(" "), body.subarray(last)]), signedBody: body });
      });

    if (contract.signsBody)
      it("once, whatever somebody who captured it changes of what is not signed", async () => {
        const { connection } = connect();
        const sent = underTest.stack().gateway.transfers().length;
        await post(connection);
        const headers = Object.entries(contract.headers).filter(([name]) => name !== "content-type");
        await post(connection, { headers: Object.fromEntries(headers.map(([name, value]) => [name, flip(value)])) });
        expect(underTest.stack().gateway.transfers()).toHaveLength(sent + contract.requests.length);
      });

    if (toleranceSeconds !== undefined) {
      it.each([-toleranceSeconds, toleranceSeconds])("that signed %i s from now", async (seconds) => {
        expectAnswer(await post(connect().connection, { atMs: INSTANT + seconds * SECOND_MS }), answers.accepted);
      });
      it.each([-toleranceSeconds - 1, toleranceSeconds + 1])("not that signed %i s from now", (seconds) =>
        expectRefused({ atMs: INSTANT + seconds * SECOND_MS }),
      );
    }

    it.each([
      ["a broken body", { body: malformed }],
      ["no body", { body: "" }],
      ["a body of another kind", { body: notAnObject }],
      ["another content type", { headers: { "content-type": "text/plain" } }],
    ])("before it reads %s", (_what, options) => expectRefused({ ...options, secret: wrong }));
  });

  describe("reads what its caller sent", () => {
    it.each([
      ["malformed", malformed],
      ["empty", ""],
      ["notAnObject", notAnObject],
    ] as const)("and refuses a body that is %s", async (kind, body) => {
      expectAnswer(await post(connect().connection, { body }), answers[kind]);
    });

    it("and refuses another content type", async () => {
      expectAnswer(await post(connect().connection, { headers: { "content-type": "text/plain" } }), answers.otherType);
    });

    it("and refuses more than 1 MiB before anything else", async () => {
      const answer = await post(connect().connection, { body: Buffer.alloc(MAX_BODY_BYTES + 1, " "), secret: wrong });
      expectAnswer(answer, { status: 413, body: { code: "payload-too-large" } });
    });
  });

  /** Each header of the proof, and each parameter of its query, alone. */
  async function forEachPart(check: (change: Change) => Promise<void>): Promise<void> {
    const url = "https://hooks.example.com/ccgw/v1/transfers/any";
    const proof = await contract.sign({ method: "POST", url, body: contract.body, atMs: INSTANT }, secrets?.current ?? "current");
    for (const name of Object.keys(proof.headers)) await check(changeHeader(name));
    for (const name of new URLSearchParams(proof.query).keys()) await check(changeParameter(name));
  }
}

type Alter = (value: string) => string | undefined;
type Change = (proof: Proof, alter: Alter) => Proof;

function changeHeader(name: string): Change {
  return ({ headers, ...proof }, alter) => {
    const { [name]: value = "", ...others } = headers;
    const altered = alter(value);
    return { ...proof, headers: { ...others, ...(altered !== undefined && { [name]: altered }) } };
  };
}

function changeParameter(name: string): Change {
  return (proof, alter) => {
    const query = new URLSearchParams(proof.query);
    const altered = alter(query.get(name) ?? "");
    if (altered === undefined) query.delete(name);
    else query.set(name, altered);
    return { ...proof, query: query.toString() };
  };
}

/** One character in the middle becomes another of its kind. */
function flip(value: string): string {
  const middle = Math.floor(value.length / 2);
  const flipped = (value[middle] ?? "").replace(/./, (character) =>
    /\d/.test(character) ? String((Number(character) + 1) % 10) : character === "A" ? "B" : "A",
  );
  return `${value.slice(0, middle)}${flipped}${value.slice(middle + 1)}`;
}

/** Alike for every source: nobody is told more who has not proven who he is. */
function expectUnauthenticated(answer: Answer): void {
  expect(answer).toMatchObject({ status: 401, headers: { "content-type": expect.stringMatching(/^application\/(problem\+)?json$/) } });
  expect(answer.body).toMatchObject({ code: "unauthenticated", effect: "none", retryable: false });
}
