/** The gateway's words: the transfer call as the vendor's page has it (cec_07_0460) and the shape of its answer. Wire names live in this folder alone. */
import * as z from "zod";
import type { Mode, Target } from "../transfer/target.ts";

export const DEVICE_TYPES = { "skill-queue": 1, agent: 2, "access-code": 4 } as const satisfies Record<Target["type"], number>;
export const WIRE_MODES = { blind: 0, "release-after-transfer": 2 } as const satisfies Record<Mode, number>;

/** As the page gives it. The charset keeps text that is not ASCII whole: gateways were seen to turn it into `?` without. */
export const CONTENT_TYPE = "application/json; charset=UTF-8";

/** Members in the order of the page's example. */
export interface WireTransfer {
  readonly callid: string;
  readonly caller?: string | undefined;
  readonly devicetype: 1 | 2 | 4;
  readonly mode: 0 | 2;
  readonly address: string;
  readonly calldata?: string | undefined;
  readonly skillId?: number | undefined;
}

/** `retcode` is a string on every page; a number, or none, is not this gateway speaking. Nothing but words depends on `message`. */
export const WireAnswer = z.looseObject({ retcode: z.string().min(1), message: z.string().catch("") });
export type WireAnswer = z.infer<typeof WireAnswer>;

export function transferPath(agentId: string): string {
  return `/agentgateway/resource/mediacall/${agentId}/transfer`;
}

/** Of a body that is no JSON: undefined, which no schema of an answer takes. */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
