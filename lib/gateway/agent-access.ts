/** An agent's secret: how its session at the gateway is held, and by whom. */
import * as z from "zod";
import { SignIn } from "./sign-in.ts";

/** Header-safe: it goes into one as it is. */
const HEADER_TEXT = /^[\x21-\x7e]+( +[\x21-\x7e]+)*$/;

/** As in the gateway's `Set-GUID`, with or without its `JSESSIONID=`. */
export const Guid = z
  .string()
  .transform((guid) => guid.trim().replace(/^JSESSIONID=/, ""))
  .refine((guid) => /^[\x21-\x7e]{1,256}$/.test(guid), "must be 1 to 256 visible ASCII characters");
/** Of a load balancer, as one `Cookie` header. */
export const Cookies = z.string().max(4096).regex(HEADER_TEXT, "must be visible ASCII characters");

const schemaVersion = z.literal(1);

export const AgentAccess = z.discriminatedUnion(
  "session",
  [
    /** Somebody else signs the agent in, keeps it alive, and writes the Guid here. */
    z.strictObject({ schemaVersion, session: z.literal("external"), guid: Guid, cookies: Cookies.optional() }),
    /** Somebody else does so, too, and hands each Guid over. `verification` is parsed by the scheme that proves who does. */
    z.strictObject({ schemaVersion, session: z.literal("handed-over"), verification: z.unknown() }),
    /** We sign the agent in and keep it so. */
    z.strictObject({
      schemaVersion,
      session: z.literal("managed"),
      signIn: SignIn,
      /** Whether a transfer that finds the agent signed out may sign it in itself. */
      inlineSignIn: z.boolean().default(false),
    }),
  ],
  { error: (issue) => (issue.code === "invalid_union" ? "must be external, handed-over or managed" : undefined) },
);
export type AgentAccess = Readonly<z.infer<typeof AgentAccess>>;
export type ManagedAgent = Extract<AgentAccess, { session: "managed" }>;
