/** What a signer of `npm run send` is: it proves a request as that caller does. Written apart from lib/verification, which must not be its own judge. */

export interface Outgoing {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A connection's `verification`, as its secret has it. */
export interface Verification {
  readonly scheme: string;
  readonly secrets?: readonly { readonly id: string; readonly value: string }[];
  readonly [setting: string]: unknown;
}

export interface Signing {
  readonly verification: Verification;
  /** The first of the connection's secrets. */
  readonly secret: string;
  readonly now: Date;
}

export type Sign = (request: Outgoing, signing: Signing) => Outgoing | Promise<Outgoing>;

export function withHeaders(request: Outgoing, headers: Readonly<Record<string, string>>): Outgoing {
  return { ...request, headers: { ...request.headers, ...headers } };
}
