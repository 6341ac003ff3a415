/** The documents that operators write, over a real socket: by the handlers' own schemas, and by one writer at a time. */
import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { openSecretBook, type SecretBook } from "../../cli/secret-book.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { openLocalPlace } from "../support/local-place.ts";
import { listenOnLoopback } from "../support/raw-gateway.ts";

const SITE = { schemaVersion: 1, url: "https://gateway.example.com:8043" };
const VALUE = "a-secret-that-nobody-may-see";
const CONNECTION = { schemaVersion: 1, source: "api", gateway: "main", verification: { secrets: [{ id: "a", value: VALUE }] } };

let secrets: SecretsManagerEmulator;
let book: SecretBook;
beforeEach(async () => {
  secrets = await startSecretsManagerEmulator({ port: 0, region: "eu-central-1", log: () => {} });
  const place = await openLocalPlace({ SECRETS_MANAGER_PORT: new URL(secrets.url).port });
  book = openSecretBook(place);
});
afterEach(async () => {
  book.close();
  await secrets.stop();
  vi.unstubAllEnvs();
});

async function keptOf(name: string) {
  const kept = await book.read("gateways", name);
  if (kept === undefined) throw new Error(`no gateway ${name}`);
  return kept;
}

describe("the book of secrets", () => {
  it("writes a document, lists it by name and reads it back", async () => {
    await book.create("gateways", "second", SITE);
    await book.create("gateways", "first", SITE);
    await book.create("connections", "crm", CONNECTION);
    expect((await book.list("gateways")).map(({ name }) => name)).toEqual(["first", "second"]);
    expect(await keptOf("first")).toMatchObject({ document: SITE, versionId: expect.any(String) });
  });

  it("writes nothing that a function would refuse, and names the field, not what is in it", async () => {
    const broken = { ...CONNECTION, verification: { secrets: [{ id: "a", value: VALUE, notAfter: "tomorrow" }] }, agentID: "101" };
    const refused = book.create("connections", "crm", broken);
    await expect(refused).rejects.toThrow(
      /ccgw\/local\/connections\/crm: .*notAfter.*unknown fields: agentID|unknown fields: agentID.*notAfter/,
    );
    await expect(refused).rejects.not.toThrow(VALUE);
    expect(await book.list("connections")).toEqual([]);
  });

  it("makes none where there is one", async () => {
    await book.create("gateways", "main", SITE);
    await expect(book.create("gateways", "main", SITE)).rejects.toThrow("There is a secret ccgw/local/gateways/main already.");
  });

  it("replaces what was seen, and nothing that somebody else has written meanwhile", async () => {
    await book.create("gateways", "main", SITE);
    const seen = await keptOf("main");
    await book.replace("gateways", "main", { ...SITE, authMode: 1 }, seen);
    await expect(book.replace("gateways", "main", { ...SITE, authMode: 2 }, seen)).rejects.toThrow("changed by somebody else");
    expect((await keptOf("main")).document).toEqual({ ...SITE, authMode: 1 });
  });

  it("names those that there are, where one is not there", async () => {
    await expect(book.require("gateways", "nope")).rejects.toThrow(
      "There is no secret ccgw/local/gateways/nope. There is no gateway yet: ccgw gateway add makes one.",
    );
    for (let index = 10; index < 31; index += 1) secrets.putSecret(`ccgw/local/gateways/site-${index}`, SITE);
    await expect(book.require("gateways", "nope")).rejects.toThrow(
      /nope\. There are site-10, .*, site-29, and 1 more: ccgw gateway list\.$/,
    );
  });

  it.each([
    ["in JSON", 404, '{"code":"not-found"}'],
    ["in none", 200, "<p>another service</p>"],
    ["as if there was nothing", 200, "{}"],
  ])("takes no answer of another service: %s", async (_what, status, body) => {
    const other = createServer((_request, response) => void response.writeHead(status, { "content-type": "application/json" }).end(body));
    onTestFinished(() => void other.close());
    const port = String(await listenOnLoopback(other));
    const strange = openSecretBook(await openLocalPlace({ SECRETS_MANAGER_PORT: port }));
    const words = `What answers at port ${port} is not Secrets Manager: set SECRETS_MANAGER_PORT`;
    await expect(strange.list("connections")).rejects.toThrow(words);
    await expect(strange.read("connections", "crm")).rejects.toThrow(words);
    strange.close();
  });

  it("makes one again that was removed", async () => {
    await book.create("gateways", "main", { ...SITE, authMode: 1 });
    await book.remove("gateways", "main");
    expect(await book.list("gateways")).toEqual([]);
    expect(await book.read("gateways", "main")).toBeUndefined();
    await book.create("gateways", "main", { ...SITE, authMode: 2 });
    expect((await keptOf("main")).document).toEqual({ ...SITE, authMode: 2 });
  });
});
