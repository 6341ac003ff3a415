/** Says what is waited for, once that takes longer than a second. On standard error, where that is a terminal. */
import { spinner } from "@clack/prompts";

const PATIENCE_MS = 1_000;

export async function withProgress<Result>(words: string, work: Promise<Result>): Promise<Result> {
  if (!process.stderr.isTTY) return work;
  const shown = spinner({ output: process.stderr });
  let isShown = false;
  const timer = setTimeout(() => {
    isShown = true;
    shown.start(words);
  }, PATIENCE_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    if (isShown) shown.clear();
  }
}
