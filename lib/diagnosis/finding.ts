/** What a check says: of whom, how it stands, why in plain words, and what to do next. No secret, Guid, number or address with a query is in it. */
import * as z from "zod";

/** In the order in which they are made: each needs those before it. */
export const CHECKS = {
  credentials: "AWS credentials",
  secrets: "secrets",
  "shared-secrets": "shared secrets",
  gateway: "gateway",
  certificate: "certificate",
  session: "session",
  "external-guid": "external Guid",
  clock: "clock",
  callback: "callback",
} as const;
export type CheckName = keyof typeof CHECKS;
export const CHECK_NAMES = Object.keys(CHECKS) as readonly CheckName[];

export const Finding = z.strictObject({
  name: z.literal(CHECK_NAMES),
  /** `warning`: it works, and somebody should look at it. `skipped`: not looked at, and why. */
  verdict: z.enum(["ok", "warning", "failed", "skipped"]),
  /** `crm`, `main`, `main/101`: whom it is about, where it is not about all. */
  subject: z.string().optional(),
  detail: z.string(),
  /** A command or a page. */
  hint: z.string().optional(),
});
export type Finding = Readonly<z.infer<typeof Finding>>;

/** Of another's certificate or answer: nothing of it steers a terminal. */
export function toPrintable(text: string): string {
  return text.replaceAll(/\p{C}+/gu, " ");
}
