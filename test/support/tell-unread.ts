import type { TellUnread } from "../../lib/records/record-store.ts";

/** Where all that is due can be read. */
export const tellUnread: TellUnread = (thrown) => {
  throw thrown;
};
