/**
 * Says what is waited for, once that takes longer than a second: in the last line of standard error, where that is a terminal, and for as long as it is waited
 * for. Reads nothing from standard input, which may be a pipe with a secret.
 */

/** For the first time after one of these. */
const EACH_MS = 1_000;
/** To the line's beginning, and all of it away. */
const ERASE = "\r\u001B[K";
/** Some terminals say none, or 0. */
const COLUMNS_DEFAULT = 80;

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /** Within other work, these words stand in the place of that one's. */
  during<Result>(words: string, work: Promise<Result>): Promise<Result>;
  /** Nothing is said meanwhile: somebody is asked something. */
  asideOf<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Before another line is written. */
  clear(): void;
}

export function createProgress(terminal: Terminal): Progress {
  const awaited: { readonly words: string }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let seconds = 0;
  let isShown = false;
  let questions = 0;

  function show(): void {
    seconds += 1;
    const columns = terminal.columns || COLUMNS_DEFAULT;
    // A line that is wrapped could not be taken back.
    terminal.write(`${ERASE}${`… ${awaited.at(-1)?.words} (${seconds} s)`.slice(0, columns - 1)}`);
    isShown = true;
  }

  function clear(): void {
    if (isShown) terminal.write(ERASE);
    isShown = false;
  }

  function start(): void {
    if (timer !== undefined || awaited.length === 0 || questions > 0) return;
    seconds = 0;
    timer = setInterval(show, EACH_MS);
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    clear();
  }

  return {
    clear,
    async during(words, work) {
      if (terminal.isTTY !== true) return work;
      const one = { words };
      awaited.push(one);
      start();
      try {
        return await work;
      } finally {
        awaited.splice(awaited.indexOf(one), 1);
        if (awaited.length === 0) stop();
      }
    },
    async asideOf(work) {
      questions += 1;
      stop();
      try {
        return await work();
      } finally {
        questions -= 1;
        start();
      }
    },
  };
}

/** Of this process, which has one terminal. */
const ofProcess = createProgress(process.stderr);
export const withProgress = ofProcess.during;
export const withoutProgress = ofProcess.asideOf;
export const clearProgress = ofProcess.clear;
