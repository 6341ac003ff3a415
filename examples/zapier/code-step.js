// Code by Zapier, Run Javascript. Input data: url, secret, callId, target, deliveryId.
// It sends one delivery once, and says what is to be done: accepted, once-more, did-not-happen or look-at-the-call.
const { url, secret, callId, target, deliveryId } = inputData;
let status = 0;
let answer = {};
try {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "x-api-key": secret },
    body: JSON.stringify({ callId, target, deliveryId, reference: deliveryId }),
  });
  status = response.status;
  answer = JSON.parse(await response.text());
} catch {
  // No answer, or none of ours: nobody knows.
}
const isDone = answer.state === "accepted" && answer.outcome !== "failed";
const isNot = answer.effect === "none" || answer.dryRun === true || answer.outcome === "failed";
const todo = isDone ? "accepted" : answer.retryable === true ? "once-more" : isNot ? "did-not-happen" : "look-at-the-call";
output = {
  todo,
  effect: answer.effect ?? (isDone || isNot ? "" : "unknown"),
  status,
  code: answer.code ?? "",
  transferId: answer.transferId ?? "",
};
