/**
 * The process of a DynamoDB, behind TLS, that answers at once, the same whatever it is asked: nothing is there, and every write is taken. `GET /recorded`: what it was
 * asked for. Its argument is the file that its authority goes into.
 */
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { text } from "node:stream/consumers";
import { createCertificateAuthority } from "../../dev/certificate-authority.ts";

/** One transfer's calls are looked at: more are not kept. */
const RECORDED_MAX = 20;
const recorded: { readonly operation: string; readonly input: unknown }[] = [];

const [, , caFile = ""] = process.argv;
const authority = await createCertificateAuthority({ name: "DynamoDB of the bench" });
await writeFile(caFile, authority.caPem);
const { keyPem, certPem } = await authority.issue({ hosts: ["localhost"] });
const server = createServer({ key: keyPem, cert: certPem }, async (request, response) => {
  if (request.method === "GET") {
    response.end(JSON.stringify(recorded));
    return;
  }
  const input = await text(request);
  if (recorded.length < RECORDED_MAX)
    recorded.push({ operation: String(request.headers["x-amz-target"]).split(".")[1] ?? "", input: JSON.parse(input) });
  response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
});
await once(server.listen(0, "127.0.0.1"), "listening");
process.on("disconnect", () => process.exit(1));
const address = server.address();
if (address !== null && typeof address !== "string") process.send?.({ url: `https://localhost:${address.port}` });
