/** A question at the terminal, with its keys written down. */
import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { createAsk } from "../../scripts/deployment/ask.ts";

function start() {
  const input = new PassThrough();
  const interrupts: string[] = [];
  const ask = createAsk({ input, output: new PassThrough(), terminal: true, onInterrupt: () => interrupts.push("Ctrl-C") });
  return { input, interrupts, ask };
}

it("is answered by a line", async () => {
  const { input, ask } = start();
  const answer = ask("Which stage? ");
  input.write(" prod \n");
  expect(await answer).toBe("prod");
});

it.each([
  ["Ctrl-D", (input: PassThrough) => input.write("\x04")],
  ["the end of what is read", (input: PassThrough) => input.end()],
  ["a terminal that is gone", (input: PassThrough) => input.destroy(Object.assign(new Error("read EIO"), { code: "EIO" }))],
])("is not waited for after %s", async (_what, happens) => {
  const { input, ask } = start();
  const answer = ask("Which stage? ");
  happens(input);
  await expect(answer).rejects.toMatchObject({ name: "AbortError" });
});

it("hands Ctrl-C on, and rejects once that has aborted it", async () => {
  const { input, interrupts, ask } = start();
  const controller = new AbortController();
  const answer = ask("Which stage? ", controller.signal);
  input.write("\x03");
  await expect.poll(() => interrupts).toEqual(["Ctrl-C"]);
  controller.abort();
  await expect(answer).rejects.toMatchObject({ name: "AbortError" });
});
