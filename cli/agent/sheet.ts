/** What whoever holds an agent's session has to know to hand it over. */

interface HandingOver {
  readonly name: string;
  readonly publicBaseUrl: string;
  readonly secret: string;
}

export function toSheet({ name, publicBaseUrl, secret }: HandingOver): string {
  return `# The session of agent ${name}

This file has a secret. Pass it on as one, and delete it.

Send each Guid as soon as the gateway has given it, with the time at which it did:

    PUT ${publicBaseUrl}/v1/agent-sessions/${name}
    Authorization: Bearer ${secret}
    Content-Type: application/json

    {"guid":"<of Set-GUID, after JSESSIONID=>","renewedAt":"2026-11-25T12:00:00.000Z"}

Behind a load balancer that sets cookies, "cookies" as well: what a Cookie header has. Where Guids do not change, the same again at least once in 30 days.

When the agent is signed out, the same address and header with DELETE and no body.

| answer | |
|---|---|
| 204 | taken, or there is a newer one already |
| 401 | not this secret, or not this agent |
| 422 | \`errors\` says what is wrong |
| 429, 503 | again, after \`Retry-After\` seconds |
`;
}
