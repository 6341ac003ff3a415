/**
 * The bodies of answers, with the vendor's order of fields, and the failure codes that are answered here. All texts but that of 100-006 are our own: the
 * documents give none.
 */
const REFUSALS = {
  "000-001": "wrong method of obtaining events",
  "000-002": "parameter or address in the URL is wrong",
  "000-003": "no permission for the interface",
  "000-006": "message parameter error",
  "100-001": "sign-in parameter is empty or invalid",
  "100-002": "agent has already signed in",
  "100-003": "resource unavailable during sign-in",
  "100-004": "wrong user name or password",
  "100-006": "agent not login",
  "100-008": "agent has already signed out",
  "100-010": "state error at sign-out",
  "100-011": "parameter is invalid",
  "100-012": "wrong agent type",
  "100-013": "phone invalid",
  "100-014": "phone is not in the configured range",
  "100-015": "agent cannot be forced out",
  "100-016": "invalid IP address",
  "100-020": "agent password expired",
  "100-021": "sign-in is in progress",
  "106-004": "session transfer device type error",
  "110-016": "account locked",
  "200-012": "no call to transfer",
} as const;

export type Refusal = keyof typeof REFUSALS;

export function toSuccessText(result?: object): string {
  return JSON.stringify({ message: "success", retcode: "0", result });
}

export function toRefusalText(retcode: Refusal): string {
  return JSON.stringify({ message: REFUSALS[retcode], result: "", retcode });
}

/** As the documents have it for what the gateway has no text for. */
export function toCtiRefusalText(retcode: string, ctiCode: string): string {
  return JSON.stringify({ message: `Unknown ERROR._${ctiCode}`, result: "", retcode });
}
