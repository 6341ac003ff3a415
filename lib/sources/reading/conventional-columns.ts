/** The conventional fields of a record whose columns have more to their names: `new_ccgw_call_id`, `Acme__ccgw_call_id__c`. */
import { isEmpty } from "../../mapping/conventional-fields.ts";
import { type Fields, invalidRequest } from "../../transfer/request.ts";
import { toPointer } from "../../transfer/violations.ts";

/** Throws `invalid-request`, with the columns, where several that are not empty say different things for one field. */
export function readConventionalColumns(record: Fields, toConventional: (column: string) => string | undefined): Fields {
  const columns = Object.entries(record).flatMap(([column, value]) => {
    const name = toConventional(column);
    return name === undefined || isEmpty(value) ? [] : [{ column, name, value }];
  });
  const ambiguous = columns.filter(({ name, value }) => columns.some((other) => other.name === name && other.value !== value));
  const detail = "differs from another column for the same field: leave one of them empty";
  if (ambiguous.length > 0) throw invalidRequest(ambiguous.map(({ column }) => ({ pointer: toPointer([column]), detail })));
  return Object.fromEntries(columns.map(({ name, value }) => [name, value]));
}
