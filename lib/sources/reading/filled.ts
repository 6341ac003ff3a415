/** Parameters, attributes or slots that a bot keeps: one that was emptied says nothing, and hides nothing of what goes after it. */
import type { Fields } from "../../transfer/request.ts";

export function filled(values: Fields): Fields {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "" && value !== null));
}
