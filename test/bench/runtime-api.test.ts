import { expect, it, onTestFinished } from "vitest";
import { type RuntimeApi, startRuntimeApi } from "../../bench/cold/runtime-api.ts";

async function open(onReady = () => {}): Promise<RuntimeApi & { readonly call: (path: string, body?: string) => Promise<Response> }> {
  const api = await startRuntimeApi(onReady);
  onTestFinished(api.stop);
  const call = (path: string, body?: string) =>
    fetch(`http://${api.host}/2018-06-01/runtime/${path}`, body === undefined ? {} : { method: "POST", body });
  return { ...api, call };
}

it("is ready when the runtime first asks, and only then", async () => {
  let asked = 0;
  const { call, ready, invoke } = await open(() => {
    asked += 1;
  });
  for (const event of ["one", "two"]) {
    const next = call("invocation/next");
    await ready;
    const invoked = invoke(event, 1_000);
    await call(`invocation/${(await next).headers.get("lambda-runtime-aws-request-id")}/response`, "");
    await invoked;
  }
  expect(asked).toBe(1);
});

it.each(["asks before there is an event", "asks once there is one"])(
  "hands an event out to a runtime that %s, and takes its response",
  async (when) => {
    const { call, ready, invoke } = await open();
    const isFirst = when === "asks before there is an event";
    const early = isFirst ? call("invocation/next") : undefined;
    if (isFirst) await ready;
    const before = Date.now();
    const invoked = invoke('{"n":1}', 5_000);
    const next = await (early ?? call("invocation/next"));

    expect(await next.text()).toBe('{"n":1}');
    const deadline = Number(next.headers.get("lambda-runtime-deadline-ms"));
    expect(deadline - before).toBeGreaterThanOrEqual(5_000);
    expect(next.headers.get("lambda-runtime-invoked-function-arn")).toMatch(/^arn:aws:lambda:/);

    const id = next.headers.get("lambda-runtime-aws-request-id");
    expect((await call(`invocation/${id}/response`, '{"statusCode":200}')).status).toBe(202);
    expect(await invoked).toEqual({ response: '{"statusCode":200}', tookMs: expect.any(Number) });
    expect((await call(`invocation/${id}/response`, "again")).status).toBe(404);
  },
);

it("tells of a handler that failed", async () => {
  const { call, invoke } = await open();
  const failed = expect(invoke("{}", 1_000)).rejects.toThrow("Handler.Unhandled");
  const id = (await call("invocation/next")).headers.get("lambda-runtime-aws-request-id");
  await call(`invocation/${id}/error`, '{"errorType":"Handler.Unhandled"}');
  await failed;
});

it("tells of a function that could not be loaded", async () => {
  const { call, ready } = await open();
  const failed = expect(ready).rejects.toThrow("Runtime.ImportModuleError");
  await call("init/error", '{"errorType":"Runtime.ImportModuleError"}');
  await failed;
});

it.each(["invocation/none/response", "init/error/more"])("knows nothing else: %s", async (path) => {
  const { call } = await open();
  expect((await call(path, "{}")).status).toBe(404);
});
