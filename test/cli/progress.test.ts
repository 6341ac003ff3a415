/** What is waited for is said to whoever sits at a terminal, and to nobody else. */
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { answer } from "../../cli/command.ts";
import { createProgress } from "../../cli/progress.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Keeps what is written as a terminal's last line has it. */
function createTerminal({ isTTY = true, columns = 80 } = {}) {
  let line = "";
  const written: string[] = [];
  return {
    ...{ isTTY, columns, written },
    write(text: string) {
      written.push(text);
      line = `${line}${text}`.split("\r\u001B[K").at(-1) ?? "";
    },
    line: () => line,
  };
}

/** Work that ends when it is told to. */
function begin<Result>(result: Result) {
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  return { work: promise, end: () => resolve(result), fail: (error: Error) => reject(error) };
}

describe("the progress of a command", () => {
  it("is said after a second, then by the second, and taken away at the end", async () => {
    const terminal = createTerminal();
    const { work, end } = begin("done");
    const told = createProgress(terminal).during("Asking the gateway", work);
    vi.advanceTimersByTime(999);
    expect(terminal.written).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(terminal.line()).toBe("… Asking the gateway (1 s)");
    vi.advanceTimersByTime(2_000);
    expect(terminal.line()).toBe("… Asking the gateway (3 s)");
    end();
    expect(await told).toBe("done");
    expect([terminal.line(), vi.getTimerCount()]).toEqual(["", 0]);
  });

  it("is taken away where the work fails, too", async () => {
    const terminal = createTerminal();
    const { work, fail } = begin(undefined);
    const told = createProgress(terminal).during("Asking the gateway", work);
    vi.advanceTimersByTime(1_000);
    fail(new Error("no answer"));
    await expect(told).rejects.toThrow("no answer");
    expect([terminal.line(), vi.getTimerCount()]).toEqual(["", 0]);
  });

  it("names the innermost work, for as long as that lasts", async () => {
    const terminal = createTerminal();
    const progress = createProgress(terminal);
    const [outer, inner] = [begin(1), begin(2)];
    const outerTold = progress.during("Waiting for the local stack", outer.work);
    const innerTold = progress.during("Testing crm", inner.work);
    vi.advanceTimersByTime(1_000);
    expect(terminal.line()).toBe("… Testing crm (1 s)");
    inner.end();
    await innerTold;
    vi.advanceTimersByTime(1_000);
    expect(terminal.line()).toBe("… Waiting for the local stack (2 s)");
    outer.end();
    await outerTold;
    expect(terminal.line()).toBe("");
  });

  it("leaves the terminal to a question, and begins anew after it", async () => {
    const terminal = createTerminal();
    const progress = createProgress(terminal);
    const [outer, question] = [begin(1), begin("yes")];
    const told = progress.during("Waiting for the local stack", outer.work);
    vi.advanceTimersByTime(1_000);
    const answered = progress.asideOf(() => question.work);
    const before = terminal.written.length;
    vi.advanceTimersByTime(10_000);
    expect([terminal.line(), terminal.written.length]).toEqual(["", before]);
    question.end();
    expect(await answered).toBe("yes");
    vi.advanceTimersByTime(1_000);
    expect(terminal.line()).toBe("… Waiting for the local stack (1 s)");
    outer.end();
    await told;
  });

  it("makes room for a line, and comes back below it", async () => {
    const terminal = createTerminal();
    const progress = createProgress(terminal);
    const { work, end } = begin(1);
    const told = progress.during("Waiting", work);
    vi.advanceTimersByTime(1_000);
    progress.clear();
    expect(terminal.line()).toBe("");
    vi.advanceTimersByTime(1_000);
    expect(terminal.line()).toBe("… Waiting (2 s)");
    end();
    await told;
  });

  it("never fills a line, which would be wrapped and stay", async () => {
    const terminal = createTerminal({ columns: 12 });
    const { work, end } = begin(1);
    const told = createProgress(terminal).during("Asking the gateway", work);
    vi.advanceTimersByTime(1_000);
    expect(terminal.line()).toBe("… Asking th");
    end();
    await told;
  });

  it("takes a terminal that does not tell its width for a usual one", async () => {
    const terminal = createTerminal({ columns: 0 });
    const { work, end } = begin(1);
    const told = createProgress(terminal).during("Asking the gateway", work);
    vi.advanceTimersByTime(1_000);
    expect(terminal.line()).toBe("… Asking the gateway (1 s)");
    end();
    await told;
  });

  it("is not written into a file or a pipe", async () => {
    const terminal = createTerminal({ isTTY: false });
    const { work, end } = begin("done");
    const told = createProgress(terminal).during("Asking the gateway", work);
    vi.advanceTimersByTime(10_000);
    end();
    expect([await told, terminal.written]).toEqual(["done", []]);
  });
});

describe("every command that answers with a report", () => {
  it.each([
    [{}, "the local stack"],
    [{ stage: "prod", json: true as const }, "the stage prod"],
  ])("says on standard error alone what it waits for: %o", async (options, words) => {
    const { exitCode } = process;
    const isTTY = Object.getOwnPropertyDescriptor(process.stderr, "isTTY");
    Object.defineProperty(process.stderr, "isTTY", { value: true, configurable: true });
    const errors = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const printed = vi.spyOn(console, "log").mockReturnValue();
    onTestFinished(() => {
      process.exitCode = exitCode;
      errors.mockRestore();
      printed.mockRestore();
      Object.defineProperty(process.stderr, "isTTY", isTTY ?? { value: undefined, configurable: true });
    });
    const { work, end } = begin({ json: { ok: true }, lines: ["It is."] });
    const answered = answer(options, () => work);
    vi.advanceTimersByTime(1_000);
    expect(errors.mock.calls.at(-1)?.[0]).toContain(`… Waiting for ${words} (1 s)`);
    expect(printed).not.toHaveBeenCalled();
    end();
    await answered;
    expect(errors.mock.calls.at(-1)?.[0]).toBe("\r\u001B[K");
    expect(printed).toHaveBeenCalledOnce();
  });
});
