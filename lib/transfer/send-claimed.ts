/** From the claim to the answer: sent once, kept, and told as it is. Whatever is not known to have had no effect stays claimed for good. */
import { failureOf, toTransferError } from "../errors.ts";
import type { PreparedTransfer } from "./gateway.ts";
import type { Invocation } from "./invocation.ts";
import { toUnkeptResult } from "./pending.ts";
import type { Claim, Pending } from "./records.ts";
import type { GatewayAnswer, TransferResult } from "./result.ts";

interface Sending extends Pick<Invocation, "observe"> {
  /** One of several that are only repeated together: refused for good, it is not asked for again because another one is. */
  readonly repeatedWithOthers?: boolean;
}

/** Undefined where it had no effect, and a copy of the delivery has been claimed since: the record tells what became of that. */
export async function sendClaimed(
  prepared: PreparedTransfer,
  claim: Claim,
  pending: Pending,
  { observe, repeatedWithOthers = false }: Sending,
): Promise<TransferResult | undefined> {
  const { transferId } = claim;
  const notKept = (error: unknown) => observe({ kind: "not-kept", error });
  // What could not be opened again, nobody else has claimed.
  const isOpenAgain = (mine: Claim, refusal?: GatewayAnswer) =>
    mine.reopen(refusal).catch((error: unknown) => {
      notKept(error);
      return true;
    });
  try {
    const answer = await prepared.send();
    if (answer.state === "refused" && !(repeatedWithOthers && !failureOf(answer.code).retryable)) {
      return (await isOpenAgain(claim, answer)) ? toUnkeptResult(transferId, pending, answer) : undefined;
    }
    return await claim.settle(answer).catch((error: unknown) => {
      notKept(error);
      return toUnkeptResult(transferId, pending, answer);
    });
  } catch (thrown) {
    const error = toTransferError(thrown, "unknown");
    if (error.effect !== "none") await claim.settle({ state: "unknown", code: "internal" }).catch(notKept);
    else if (!(await isOpenAgain(claim))) return undefined;
    throw error.about({ transferId });
  }
}
