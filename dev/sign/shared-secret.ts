/** Sends the secret as it is, in the first of the places that the connection lists: Bearer unless it lists any. */
import { type Outgoing, type Sign, withHeaders } from "./signer.ts";

export const signWithSharedSecret: Sign = (request, { verification, secret }) => {
  const { in: [place] = ["bearer"], header, parameter, username } = toPlaces(verification);
  switch (place) {
    case "api-key":
      return withHeaders(request, { "x-api-key": secret });
    case "basic":
      return withHeaders(request, { authorization: `Basic ${Buffer.from(`${username ?? "ccgw"}:${secret}`).toString("base64")}` });
    case "header":
      return withHeaders(request, { [header ?? "x-api-key"]: secret });
    case "query":
      return withParameter(request, parameter ?? "key", secret);
    default:
      return withHeaders(request, { authorization: `Bearer ${secret}` });
  }
};

function withParameter(request: Outgoing, name: string, value: string): Outgoing {
  const url = new URL(request.url);
  url.searchParams.set(name, value);
  return { ...request, url: url.href };
}

interface Places {
  readonly in?: readonly string[];
  readonly header?: string;
  readonly parameter?: string;
  readonly username?: string;
}

function toPlaces(settings: Readonly<Record<string, unknown>>): Places {
  const { in: places, header, parameter, username } = settings;
  return {
    ...(Array.isArray(places) && { in: places.map(String) }),
    ...(typeof header === "string" && { header }),
    ...(typeof parameter === "string" && { parameter }),
    ...(typeof username === "string" && { username }),
  };
}
