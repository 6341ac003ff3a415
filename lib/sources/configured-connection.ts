/** A connection's secret document, parsed as a whole: what it may do, which source it is, and how that source proves itself here. */
import * as z from "zod";
import { Connection } from "../transfer/connection.ts";
import { isFields } from "../transfer/request.ts";
import type { Scheme } from "../verification/scheme.ts";
import { findSource, SOURCES } from "./index.ts";
import type { Source, Verifier } from "./source.ts";

export interface ConfiguredConnection {
  readonly settings: Connection;
  readonly source: Source;
  readonly verify: Verifier;
}

export const ConfiguredConnection = Connection.transform((settings, context): ConfiguredConnection => {
  const source = findSource(settings.source);
  if (source === undefined) return refuse(context, "source", `must be one of ${SOURCES.map(({ id }) => id).join(", ")}`);

  const scheme = chooseScheme(source, settings.verification);
  if (scheme === undefined)
    return refuse(context, "verification", `must have a scheme of ${source.schemes.map(({ id }) => id).join(", ")}`);

  const verify = scheme.verifier.safeParse({ scheme: scheme.id, ...Object(settings.verification) });
  if (verify.success) return { settings, source, verify: verify.data };
  for (const issue of verify.error.issues) context.issues.push({ ...issue, input: undefined, path: ["verification", ...issue.path] });
  return z.NEVER;
});

/** The one that is named, or the source's usual one. */
function chooseScheme(source: Source, verification: unknown): Scheme | undefined {
  if (!isFields(verification)) return undefined;
  const { scheme: id = source.schemes[0].id } = verification;
  return source.schemes.find((scheme) => scheme.id === id);
}

function refuse(context: z.RefinementCtx, field: string, message: string): never {
  context.issues.push({ code: "custom", path: [field], message, input: undefined });
  return z.NEVER;
}
