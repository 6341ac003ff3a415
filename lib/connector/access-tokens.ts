/**
 * Access tokens of bots, by the client credentials grant (RFC 6749 section 4.4), kept until shortly before they expire: one request in flight a bot. Whoever
 * has one writes as the bot: it is in memory alone, and in no error.
 * https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication ("Bot to Connector": the address, the scope, and
 * `expires_in`); that a single-tenant bot asks at its own tenant's address: botframework-connector, MicrosoftAppCredentials (channelAuthTenant).
 */
import * as z from "zod";
import type { CallbackOutcome, PostCallback } from "../callbacks/callback-client.ts";
import type { Connector } from "../transfer/connector.ts";

const LOGIN = "https://login.microsoftonline.com";
/** Of all bots that have none of their own. */
const SHARED_TENANT = "botframework.com";
const SCOPE = "https://api.botframework.com/.default";
/** Clocks differ, and a post takes its time. */
const MARGIN_MS = 5 * 60 * 1_000;
/** Bots of one stack. */
const TOKENS_MAX = 100;

const TokenResponse = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.coerce.number().nonnegative(),
});

/** `why` is for the log: a status or an error's code, nothing of an answer. */
export type TokenAnswer =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "none"; readonly outcome: CallbackOutcome; readonly why: string };

export interface AccessTokens {
  get(connector: Connector, signal: AbortSignal): Promise<TokenAnswer>;
  /** One that was refused is given to nobody again. */
  forget(connector: Connector, token: string): void;
}

interface AccessTokensOptions {
  readonly post: PostCallback;
  /** In ms since 1970: a monotonic clock may stand still while a machine is frozen. */
  readonly wallMs: () => number;
}

interface Kept {
  readonly answer: Promise<TokenAnswer>;
  /** Undefined while it is being asked for. */
  until?: number | undefined;
  token?: string | undefined;
}

export function createAccessTokens({ post, wallMs }: AccessTokensOptions): AccessTokens {
  const kept = new Map<string, Kept>();

  function request(key: string, connector: Connector, signal: AbortSignal): Promise<TokenAnswer> {
    const askedAt = wallMs();
    const asking = ask(connector, signal);
    const entry: Kept = { answer: asking.then(({ answer }) => answer) };
    kept.set(key, entry);
    const [first] = kept.keys();
    if (kept.size > TOKENS_MAX && first !== undefined) kept.delete(first);
    asking.then(
      ({ answer, expiresInMs = 0 }) => {
        if (answer.kind === "none" && kept.get(key) === entry) kept.delete(key);
        entry.until = askedAt + expiresInMs - MARGIN_MS;
        entry.token = answer.kind === "token" ? answer.token : undefined;
      },
      () => kept.delete(key),
    );
    return entry.answer;
  }

  async function ask(connector: Connector, signal: AbortSignal): Promise<{ readonly answer: TokenAnswer; readonly expiresInMs?: number }> {
    const { appId, appPassword, tenantId = SHARED_TENANT, scope = SCOPE } = connector;
    const { tokenUrl: url = `${LOGIN}/${tenantId}/oauth2/v2.0/token` } = connector;
    const fields = { grant_type: "client_credentials", client_id: appId, client_secret: appPassword, scope };
    const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
    const body = new URLSearchParams(fields).toString();
    const outcome = await post({ url, headers, body, allowAddresses: [], ca: undefined, signal, wantsBody: true });
    const none = (why: string) => ({ answer: { kind: "none", outcome, why: `token: ${why}` } as const });
    if (outcome.kind === "forbidden-address") return none("the address is not public");
    if (outcome.kind === "failed") return none(outcome.cause);
    if (outcome.status !== 200) return none(`status ${outcome.status}`);
    const response = TokenResponse.safeParse(parseJson(outcome.body)).data;
    if (response === undefined) return none("not what was asked for");
    return { answer: { kind: "token", token: response.access_token }, expiresInMs: response.expires_in * 1_000 };
  }

  return {
    get(connector, signal) {
      const key = toKey(connector);
      const entry = kept.get(key);
      if (entry !== undefined && (entry.until === undefined || wallMs() < entry.until)) return entry.answer;
      return request(key, connector, signal);
    },
    forget(connector, token) {
      const key = toKey(connector);
      if (kept.get(key)?.token === token) kept.delete(key);
    },
  };
}

/** A changed password is another bot's. */
function toKey({ appId, appPassword, tenantId, tokenUrl, scope }: Connector): string {
  return JSON.stringify([appId, appPassword, tenantId, tokenUrl, scope]);
}

function parseJson(text = ""): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
