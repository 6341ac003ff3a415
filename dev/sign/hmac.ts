/** Signs by the settings of a connection of scheme `hmac`, as its caller would have been told to. */
import { createHmac } from "node:crypto";
import * as z from "zod";
import { type Sign, withHeaders } from "./signer.ts";

const Settings = z.looseObject({
  header: z.string(),
  algorithm: z.string().default("sha256"),
  encoding: z.enum(["hex", "base64"]).default("hex"),
  prefix: z.string().default(""),
  signed: z.string().default("{body}"),
  timestamp: z.looseObject({ header: z.string(), unit: z.enum(["s", "ms", "iso8601"]) }).optional(),
});

export const signWithHmac: Sign = (request, { verification, secret, now }) => {
  const { header, algorithm, encoding, prefix, signed, timestamp } = Settings.parse(verification);
  const times = { s: String(Math.floor(now.getTime() / 1_000)), ms: String(now.getTime()), iso8601: now.toISOString() };
  const time = timestamp === undefined ? "" : times[timestamp.unit];
  const parts = new Map([
    ["{method}", "POST"],
    ["{url}", request.url],
    ["{timestamp}", time],
    ["{body}", request.body],
  ]);
  const text = signed.replaceAll(/\{\w+\}/g, (part) => parts.get(part) ?? "");
  const digest = createHmac(algorithm, secret).update(text, "utf8").digest(encoding);
  return withHeaders(request, { ...(timestamp && { [timestamp.header]: time }), [header]: `${prefix}${digest}` });
};
