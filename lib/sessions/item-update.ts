/** One conditional update of an item, in DynamoDB's expressions. Pure: what the attributes mean is not known here. */
import { type Changes, type ScalarValue, toScalarValue } from "./session-item.ts";

export interface ItemUpdate {
  /** Attributes by `#name`, of which each is looked up under its own name, and the values of `values` by `:name`. */
  readonly condition?: string | undefined;
  readonly values?: Readonly<Record<string, string | number | undefined>> | undefined;
  /** What is undefined is removed, what is left out stays. */
  readonly changes: Changes;
  /** The attribute that goes up by one. */
  readonly increment?: string | undefined;
}

interface UpdateExpressions {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string | undefined;
  /** Every name goes by an alias: some are DynamoDB's own words. */
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, ScalarValue>;
}

export function toUpdateExpressions({ condition, values = {}, changes, increment }: ItemUpdate): UpdateExpressions {
  const sent: Record<string, ScalarValue> = {};
  const [set, remove]: [string[], string[]] = [[], []];
  for (const [attribute, value] of Object.entries(changes)) {
    if (value === undefined) {
      remove.push(`#${attribute}`);
      continue;
    }
    set.push(`#${attribute} = :new_${attribute}`);
    sent[`:new_${attribute}`] = toScalarValue(value);
  }
  for (const [name, value] of Object.entries(values)) if (value !== undefined) sent[`:${name}`] = toScalarValue(value);
  if (increment !== undefined) sent[":one"] = toScalarValue(1);
  const update = [
    toSection("SET", set),
    toSection("REMOVE", remove),
    toSection("ADD", increment === undefined ? [] : [`#${increment} :one`]),
  ].join("");
  return {
    UpdateExpression: update,
    ConditionExpression: condition,
    ExpressionAttributeNames: toNames(`${update}${condition ?? ""}`),
    ExpressionAttributeValues: sent,
  };
}

function toSection(keyword: string, actions: readonly string[]): string {
  return actions.length === 0 ? "" : `${keyword} ${actions.join(", ")} `;
}

function toNames(expressions: string): Record<string, string> {
  return Object.fromEntries([...expressions.matchAll(/#(\w+)/g)].map(([alias, name = ""]) => [alias, name]));
}
