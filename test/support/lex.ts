/** The function that Amazon Lex invokes, as handlers/ wires it, within the stack of the tests, and the events that it gets. */
import type { LexV2Event, LexV2Result } from "aws-lambda";
import { readFixture } from "./fixture.ts";
import { toContext } from "./http-event.ts";
import type { Connected, Stack } from "./stack.ts";

export interface LexUnderTest {
  /** Gives the bot of this id a connection over a new gateway's, and is what Lex does with the event of that bot. */
  connect(botId: string, connection?: Readonly<Record<string, unknown>>, over?: Parameters<Stack["connect"]>[0]): Connected;
  invoke(event: unknown, remainingMs?: number): Promise<LexV2Result>;
}

/** Once the stack has started: a function reads its environment when it is loaded. */
export async function startLex({ connect, secrets }: Stack): Promise<LexUnderTest> {
  const { handler } = await import("../../handlers/receive-lex.ts");
  return {
    connect(botId, connection = {}, over = {}) {
      const connected = connect(over);
      const name = `lex-${botId}-testalias1`.toLowerCase();
      secrets.putSecret(connected.secrets.connection.replace(/[^/]+$/, name), {
        schemaVersion: 1,
        source: "lex-v2",
        verification: { scheme: "invoked-by-lambda" },
        gateway: connected.gateway,
        agentId: "101",
        allow: { agents: "any", targets: "any", modes: "any" },
        targets: { accounting: { type: "skill-queue", address: "31" } },
        ...connection,
      });
      return connected;
    },
    invoke: (event, remainingMs) => handler(event, toContext(remainingMs)),
  };
}

/** As Lex documents its event. Its bot's alias is the one of `connect`. */
export function lexEvent(botId: string, over: Partial<LexV2Event> = {}): LexV2Event {
  const event: LexV2Event = JSON.parse(new TextDecoder().decode(readFixture("lex-v2/fulfillment.json")));
  return { ...event, bot: { ...event.bot, id: botId, aliasId: "TESTALIAS1" }, ...over };
}
