/**
 * A secret that the caller sends as it is: as Bearer token (RFC 6750), as `x-api-key`, as password of Basic (RFC 7617) or in a header of any name.
 * It proves who sent the request, not that nobody changed it: TLS does that.
 */
import * as z from "zod";
import { defineScheme, type Webhook } from "./scheme.ts";
import { matchSecret, Secrets } from "./secret.ts";

/** What a header carries unchanged: blanks at the ends are cut on the way, and other characters have no agreed encoding. */
const HEADER_TEXT = /^[\x21-\x7e]+( +[\x21-\x7e]+)*$/;

const Settings = z
  .strictObject({
    scheme: z.literal("shared-secret"),
    secrets: Secrets,
    /** Where the caller may put it. */
    in: z
      .array(z.enum(["bearer", "api-key", "basic", "header"]))
      .min(1)
      .default(["bearer", "api-key"]),
    /** The header's name, for `header`. */
    header: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,64}$/, "must match ^[A-Za-z0-9-]{1,64}$")
      .optional(),
    /** The user name that must come with it, for `basic`. Any, unless set. */
    username: z.string().min(1).optional(),
  })
  .refine(({ secrets }) => secrets.every(({ value }) => HEADER_TEXT.test(value)), {
    path: ["secrets"],
    error: "must be visible ASCII characters, with spaces only between them",
  })
  .refine((settings) => settings.in.includes("header") === (settings.header !== undefined), {
    path: ["header"],
    error: 'goes with "header" in the list "in"',
  })
  .refine((settings) => settings.in.includes("basic") || settings.username === undefined, {
    path: ["username"],
    error: 'goes with "basic" in the list "in"',
  });
type Settings = z.infer<typeof Settings>;

export const sharedSecret = defineScheme({
  id: "shared-secret",
  settings: Settings,
  verify: (webhook, settings) => matchSecret(presentedSecrets(webhook, settings), settings.secrets, webhook.receivedAt),
});

/** All of them: a proxy's own Authorization must not hide the caller's key. */
function presentedSecrets({ headers }: Webhook, settings: Settings): string[] {
  const candidates = settings.in.map((place) => {
    if (place === "bearer") return credentials(headers.authorization, "bearer");
    if (place === "api-key") return headers["x-api-key"];
    if (place === "basic") return basicPassword(headers.authorization, settings.username);
    return headerOf(headers, settings.header?.toLowerCase() ?? "");
  });
  return candidates.flatMap((candidate) => candidate || []);
}

/** The name is the connection's: `constructor` must not find what every object has. */
function headerOf(headers: Webhook["headers"], name: string): string | undefined {
  return Object.hasOwn(headers, name) ? headers[name] : undefined;
}

/** RFC 9110 section 11.4: the scheme's name is not case-sensitive. */
function credentials(authorization: string | undefined, scheme: string): string | undefined {
  const [name, ...rest] = (authorization ?? "").trim().split(" ");
  return name?.toLowerCase() === scheme ? rest.join(" ").trim() : undefined;
}

function basicPassword(authorization: string | undefined, username: string | undefined): string | undefined {
  const encoded = credentials(authorization, "basic");
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  if (colon === -1) return undefined;
  // A name is no secret, but a wrong one must cost what a wrong password costs: an unmatched candidate, not an early return.
  return username === undefined || pair.slice(0, colon) === username ? pair.slice(colon + 1) : `${pair}\u0000`;
}
