/**
 * The body of a sign-in, by the vendor's page (api-cec cec_07_1202). It knows no account.
 * Silent in the documents, and chosen here, strictly: which code a wrong field gets where none is named for it (100-001); that a phone number is all digits,
 * that "special characters" are all but letters and digits; that callBackUri without serviceToken, or the other way round, means polling.
 */
import { isIP } from "node:net";
import * as z from "zod";
import { parseJsonObject } from "./endpoint.ts";
import type { Refusal } from "./retcodes.ts";

const FIELD_REFUSALS: Readonly<Record<string, Refusal>> = { agenttype: "100-012", phonenum: "100-013", ip: "100-016" };

const SignInBody = z.object({
  password: z.string().min(1).max(32),
  phonenum: z.string().regex(/^\d{1,24}$/),
  autoanswer: z.boolean().default(true),
  autoenteridle: z.boolean().default(true),
  releasephone: z.boolean().default(true),
  agenttype: z.union([z.literal(4), z.literal(11)]).default(4),
  status: z.union([z.literal(3), z.literal(4), z.literal(5)]).default(4),
  ip: z
    .string()
    .refine((text) => isIP(text) > 0)
    .default("127.0.0.1"),
  checkInWebm: z.boolean().default(true),
  checkInMailm: z.boolean().default(false),
  callBackUri: z
    .string()
    .max(200)
    .refine((text) => text === "" || /^https?:$/.test(URL.parse(text)?.protocol ?? ""))
    .optional(),
  serviceToken: z
    .string()
    .regex(/^[A-Za-z0-9]{0,50}$/)
    .optional(),
});
type SignInBody = z.output<typeof SignInBody>;

export function parseSignIn(text: string): SignInBody | Refusal {
  const json = parseJsonObject(text);
  if (json === undefined) return "000-006";
  const parsed = SignInBody.safeParse(json);
  if (parsed.success) return parsed.data;
  // "Empty or invalid" has its own code, also for a phone number.
  if (["password", "phonenum"].some((name) => !Reflect.get(json, name))) return "100-001";
  const fields = parsed.error.issues.map((issue) => String(issue.path[0]));
  return fields.map((field) => FIELD_REFUSALS[field] ?? "100-001").sort()[0] ?? "100-001";
}

export function toPush({ callBackUri, serviceToken }: SignInBody) {
  return callBackUri && serviceToken ? { callBackUri, serviceToken } : undefined;
}
