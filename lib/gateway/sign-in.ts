/** How an agent that we manage signs in: the parameters of the vendor's sign-in (api-cec cec_07_1202) under the vendor's names. */
import * as z from "zod";
import { EVENT_MODES } from "../sessions/agent-record.ts";
import { isPlaceholder, PLACEHOLDER_RULE } from "../transfer/placeholder.ts";

/** Vendor: password at most 32 characters, phonenum at most 24. */
const PASSWORD_MAX_CHARACTERS = 32;
const PHONENUM_MAX_CHARACTERS = 24;
/** Vendor: 3 busy, 4 idle, 5 wrap-up. */
const BUSY = 3;
const STATUSES = [BUSY, 4, 5] as const;
/** Vendor: 4 PC and phone, 11 video. */
const AGENT_TYPES = [4, 11] as const;

/**
 * A managed agent is a dedicated one: nobody sits there. The vendor's defaults (idle, auto-answer) would give it customers whom nobody serves, and a forced
 * sign-in throws a human out: ours are the opposite, and each is only changed by who writes it down.
 */
export const SignIn = z.strictObject({
  password: z
    .string()
    .min(1)
    .max(PASSWORD_MAX_CHARACTERS)
    // The gateway would count it as a wrong one.
    .refine((password) => !isPlaceholder(password), PLACEHOLDER_RULE),
  phonenum: z
    .string()
    .min(1)
    .max(PHONENUM_MAX_CHARACTERS)
    .refine((phonenum) => !isPlaceholder(phonenum), PLACEHOLDER_RULE),
  /** `push` needs an address that the gateway can reach. */
  events: z.enum(EVENT_MODES).default("poll"),
  /** Whether to sign in where somebody else is signed in as this agent already. */
  forcelogin: z.boolean().default(false),
  status: z.literal(STATUSES).default(BUSY),
  autoanswer: z.boolean().default(false),
  autoenteridle: z.boolean().default(false),
  /** Whether the phone is released when the customer hangs up. The vendor's default unless set. */
  releasephone: z.boolean().optional(),
  /** The site's default unless set. */
  agenttype: z.literal(AGENT_TYPES).optional(),
  ip: z.ipv4().optional(),
  /** Multimedia: without it there is no text session to transfer. */
  checkInWebm: z.boolean().default(true),
  checkInMailm: z.boolean().default(false),
});
export type SignIn = Readonly<z.infer<typeof SignIn>>;
