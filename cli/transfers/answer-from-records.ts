/** For a command that is about records, and may have to know which connections there are. */
import { answer, type CommonOptions, type Context } from "../command.ts";
import type { Place } from "../place.ts";
import { openRecordBook, type RecordBook } from "../record-book.ts";
import type { Report } from "../report.ts";
import { openSecretBook } from "../secret-book.ts";

interface Records extends Pick<Context, "prompter"> {
  readonly place: Place;
  readonly book: RecordBook;
  /** Names of those that there are. */
  readonly connections: () => Promise<readonly string[]>;
}

export function answerFromRecords(options: CommonOptions, run: (records: Records) => Promise<Report>): Promise<void> {
  return answer(options, async (context) => {
    const place = await context.place();
    const secrets = openSecretBook(place);
    const book = openRecordBook(place);
    const connections = async () => (await secrets.list("connections")).map(({ name }) => name);
    try {
      return await run({ place, book, connections, prompter: context.prompter });
    } finally {
      secrets.close();
      book.close();
    }
  });
}
