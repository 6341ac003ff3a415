/** `npm run send -- lex-v2` against a deployed function: AWS Lambda's endpoint is played on loopback, and the caller's credentials stay their own. */
import { readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CALL_ID } from "../../dev/local-gateway.ts";
import { type LambdaAnswer, type LambdaEndpoint, startLambdaEndpoint } from "../support/lambda-endpoint.ts";
import { runSend, type Sent } from "../support/send-process.ts";

/** Node starts for each, on a machine that may be busy. */
const TIMEOUT_MS = 60_000;
const FUNCTION = "ccgateway-transfer-webhooks-prod-receive-lex";
const ARN = `arn:aws:lambda:eu-west-1:123456789012:function:${FUNCTION}:live`;
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret-key-of-a-developer",
  AWS_SESSION_TOKEN: "session-token-of-a-developer",
  AWS_REGION: "eu-west-1",
};
const ACCEPTED = toLexAnswer("accepted");

let answer: LambdaAnswer | undefined = { body: ACCEPTED };
let lambda: LambdaEndpoint;
beforeAll(async () => {
  lambda = await startLambdaEndpoint(() => answer);
});
afterEach(() => {
  answer = { body: ACCEPTED };
  lambda.takeRequests();
});
afterAll(() => lambda.stop());

function toLexAnswer(state: string): string {
  return JSON.stringify({ sessionState: { sessionAttributes: { ccgw_state: state } } });
}

function invoke(given: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Promise<Sent> {
  return runSend(["lex-v2", "--function", FUNCTION, "--url", lambda.url, ...given], { ...CREDENTIALS, ...environment });
}

describe("npm run send -- lex-v2 --function", { timeout: TIMEOUT_MS }, () => {
  it("invokes the function once with the sample, signed, and needs no secret of a connection", async () => {
    const { code, output } = await invoke();
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/── Answer\n200\n.*\nAccepted\.\n$/s) });
    const requests = lambda.takeRequests();
    expect(requests).toEqual([
      {
        method: "POST",
        path: `/2015-03-31/functions/${FUNCTION}/invocations`,
        headers: expect.objectContaining({ "x-amz-security-token": CREDENTIALS.AWS_SESSION_TOKEN }),
        body: expect.any(String),
      },
    ]);
    const sample = await readFile("test/fixtures/lex-v2/fulfillment.json", "utf8");
    expect(requests[0]?.body.replaceAll(CALL_ID, "")).toBe(sample.replaceAll(CALL_ID, ""));
    expect(requests[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/lambda\/aws4_request, SignedHeaders=\S+, Signature=[0-9a-f]{64}$/,
    );
    expect(requests[0]?.headers).not.toHaveProperty("x-amz-invocation-type", "Event");
  });

  it("shows what went out without its signature and token", async () => {
    const { output } = await invoke();
    const [request] = lambda.takeRequests();
    expect(output).toContain(`── Request\nPOST ${lambda.url}/2015-03-31/functions/${FUNCTION}/invocations\n`);
    expect(output).toContain("authorization: ***");
    expect(output).toContain("x-amz-security-token: ***");
    const [signature] = /[0-9a-f]{64}$/.exec(request?.headers.authorization ?? "") ?? [];
    for (const secret of [signature, "AKIDEXAMPLE", CREDENTIALS.AWS_SECRET_ACCESS_KEY, CREDENTIALS.AWS_SESSION_TOKEN])
      expect(output).not.toContain(secret);
  });

  it("takes an ARN, and a region that goes before that of the environment", async () => {
    const { code } = await runSend(["lex-v2", "--function", ARN, "--region", "eu-north-1", "--url", `${lambda.url}/`], CREDENTIALS);
    expect(code).toBe(0);
    const [request] = lambda.takeRequests();
    expect(decodeURIComponent(request?.path ?? "")).toBe(`/2015-03-31/functions/${ARN}/invocations`);
    expect(request?.headers.authorization).toContain("/eu-north-1/lambda/");
  });

  it("takes the region that AWS's CLI has a name for, unless there is another", async () => {
    expect((await invoke([], { AWS_REGION: "", AWS_DEFAULT_REGION: "eu-south-1" })).code).toBe(0);
    expect((await invoke([], { AWS_DEFAULT_REGION: "eu-south-1" })).code).toBe(0);
    const regions = lambda.takeRequests().map(({ headers }) => /\d{8}\/([^/]+)\/lambda/.exec(headers.authorization ?? "")?.[1]);
    expect(regions).toEqual(["eu-south-1", "eu-west-1"]);
  });

  it("invokes no emulator that AWS_ENDPOINT_URL names, and takes that of Lambda", async () => {
    // A region that there is not: nobody is asked.
    const nowhere = { ...CREDENTIALS, AWS_REGION: "nowhere-1", AWS_ENDPOINT_URL: lambda.url };
    const { code, output } = await runSend(["lex-v2", "--function", FUNCTION], nowhere);
    expect({ code, output }).toMatchObject({ code: 2, output: expect.stringContaining("POST https://lambda.nowhere-1.amazonaws.com") });
    expect(lambda.takeRequests()).toEqual([]);
    const own = { ...CREDENTIALS, AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_ENDPOINT_URL_LAMBDA: lambda.url };
    expect((await runSend(["lex-v2", "--function", FUNCTION], own)).code).toBe(0);
    expect((await invoke([], { AWS_ENDPOINT_URL: "http://127.0.0.1:1" })).code).toBe(0);
    expect(lambda.takeRequests()).toHaveLength(2);
  });

  it("says why it shows no canonical request", async () => {
    expect((await invoke()).output).toMatch(/── Canonical request\nnot shown: .*"test": true/);
  });

  it.each([
    ["a transfer that failed", { body: toLexAnswer("failed") }],
    ["one whose fate is unknown", { body: toLexAnswer("unknown") }],
    ["nothing", { body: "" }],
    ["a function that broke", { headers: { "X-Amz-Function-Error": "Unhandled" }, body: '{"errorMessage":"Task timed out"}' }],
    ["a function that broke, whatever it said", { headers: { "X-Amz-Function-Error": "Unhandled" }, body: ACCEPTED }],
  ])("prints and fails for %s", async (_what, given: LambdaAnswer) => {
    answer = given;
    const { code, output } = await invoke();
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("\nNot accepted") });
    expect(output).toContain(Object.hasOwn(given, "headers") ? "── Answer\n200\nx-amz-function-error: Unhandled\n" : "── Answer\n200\n");
    if (given.body !== "") expect(output.replaceAll(/\s/g, "")).toContain(given.body.replaceAll(/\s/g, ""));
    expect(lambda.takeRequests()).toHaveLength(1);
  });

  it.each([
    [
      "AWS refuses",
      { status: 403, headers: { "x-amzn-errortype": "AccessDeniedException" }, body: '{"Message":"not authorized to invoke"}' },
    ],
    ["AWS fails", { status: 500, headers: { "x-amzn-errortype": "ServiceException" }, body: '{"Message":"not authorized to invoke"}' }],
    ["the connection is cut", undefined],
  ])("says so, and does not try again, where %s", async (_what, given) => {
    answer = given;
    const { code, output } = await invoke();
    expect({ code, output }).toMatchObject({ code: 2, output: expect.stringMatching(/^No answer: \S/m) });
    if (given !== undefined) expect(output).toContain("not authorized to invoke");
    expect(lambda.takeRequests()).toHaveLength(1);
  });

  it("says so where nobody listens, and where there are no credentials or no region", async () => {
    const nobody = await runSend(["lex-v2", "--function", FUNCTION, "--url", "http://127.0.0.1:1"], CREDENTIALS);
    expect(nobody).toMatchObject({ code: 2, output: expect.stringContaining("ECONNREFUSED") });
    expect(await invoke([], { AWS_ACCESS_KEY_ID: "" })).toMatchObject({ code: 2, output: expect.stringContaining("credentials") });
    expect(await invoke([], { AWS_REGION: "" })).toMatchObject({ code: 2, output: expect.stringMatching(/--region.*AWS_REGION/) });
    expect(lambda.takeRequests()).toEqual([]);
  });

  it.each([
    ["--url alone", ["lex-v2", "--url", "https://api.example"], "use --function"],
    ["--region alone", ["lex-v2", "--region", "eu-west-1"], "use --function"],
    ["--connection", ["lex-v2", "--function", FUNCTION, "--connection", "lex-mine"], "the bot in its event names it"],
    ["--function without a name", ["lex-v2", "--function", ""], "use --function"],
    ["--function for a source of HTTP", ["zendesk", "--function", FUNCTION], "use --url"],
    ["--region for a source of HTTP", ["zendesk", "--region", "eu-west-1", "--url", "https://api.example"], "use --url"],
  ])("says what to use instead of %s", async (_what, given, instead) => {
    const { code, output } = await runSend(given, { ...CREDENTIALS, CCGW_SEND_SECRET: "x" });
    expect({ code, output }).toMatchObject({ code: 2, output: expect.stringContaining(instead) });
    expect(output).not.toContain("No answer");
  });
});
