/** Google's own definition of Dialogflow CX's messages, from the package that it publishes, and its rules for their JSON. */
import { readFileSync } from "node:fs";
import { fromProto3JSON, toProto3JSON } from "proto3-json-serializer";
import protobuf from "protobufjs";

const PROTOS = new URL("../../node_modules/@google-cloud/dialogflow-cx/build/protos/protos.json", import.meta.url);
const root = protobuf.Root.fromJSON(JSON.parse(readFileSync(PROTOS, "utf8")));

/** What Dialogflow has of a message once it is read: what it does not know, or knows under another name or type, is gone or throws. */
export function readAsGoogle(message: "Page" | "Webhook" | "WebhookRequest" | "WebhookResponse", json: string): unknown {
  const type = root.lookupType(`google.cloud.dialogflow.cx.v3.${message}`);
  const read = fromProto3JSON(type, JSON.parse(json));
  if (read === null) throw new Error("is no message");
  const wrong = type.verify(read);
  if (wrong !== null) throw new Error(wrong);
  return toProto3JSON(read);
}
