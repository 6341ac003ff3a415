/** A receiver of callbacks: HTTPS on loopback under a name of its own, which keeps what it is sent and answers what it is told. Verifies no signature. */
import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:https";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { type CertificateRequest, createCertificateAuthority } from "../../dev/certificate-authority.ts";
import { listenOnLoopback, trackConnections } from "./raw-gateway.ts";

export interface ReceivedCallback {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ReceiverAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface CallbackReceiver {
  readonly port: number;
  readonly caPem: string;
  readonly received: readonly ReceivedCallback[];
  /** Resolves once `count` connections were opened and all of them are closed. */
  closed(count: number): Promise<void>;
}

interface ReceiverOptions {
  readonly answer?: (callback: ReceivedCallback) => ReceiverAnswer;
  readonly certificate?: Partial<CertificateRequest>;
}

/** Its certificate is for `receiver.example` and 127.0.0.1 unless said otherwise. Stops with the test. */
export async function startReceiver({ answer = () => ({ status: 204 }), certificate }: ReceiverOptions = {}): Promise<CallbackReceiver> {
  const authority = await createCertificateAuthority();
  const { keyPem, certPem } = await authority.issue({ hosts: ["receiver.example", "127.0.0.1"], ...certificate });
  const received: ReceivedCallback[] = [];
  const server = createServer({ key: keyPem, cert: certPem }, async (request, response) => {
    const { method, url: path, headers } = request;
    const callback = { method, path, headers, body: await text(request) };
    received.push(callback);
    const { status, headers: answered, body } = answer(callback);
    response.writeHead(status, answered).end(body);
  });
  const connections = trackConnections(server);
  const port = await listenOnLoopback(server);
  onTestFinished(() => connections.stop());
  return { port, caPem: authority.caPem, received, closed: connections.closed };
}
