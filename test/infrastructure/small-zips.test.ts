/** What the packer of the functions' zips makes of one. */
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { expect, it, onTestFinished } from "vitest";

interface Packed {
  readonly service: { getAllFunctions(): readonly string[]; getFunction(): { readonly package: { readonly artifact: string } } };
  readonly serviceDir: string;
}
const SmallZips: new (serverless: Packed) => { pack(): void } = createRequire(import.meta.url)("../../infrastructure/small-zips.cjs");

const FILES = {
  "handlers/one.mjs": new TextEncoder().encode("export const handler = () => 1;\n".repeat(100)),
  "handlers/one.zendesk.mjs": new Uint8Array(randomBytes(300)),
  "empty.txt": new Uint8Array(),
};
/** A file's header in the directory at the end: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.12 */
const HEADER = Buffer.from("PK\u0001\u0002", "latin1");
const MIDNIGHT_1980_01_01 = 0x0021_0000;

async function pack(files: Readonly<Record<string, Uint8Array>>): Promise<Buffer> {
  const serviceDir = await mkdtemp(join(tmpdir(), "small-zips-"));
  onTestFinished(() => rm(serviceDir, { recursive: true }));
  // As the framework makes it: now.
  await writeFile(join(serviceDir, "one.zip"), zipSync(files));
  const service = { getAllFunctions: () => ["one"], getFunction: () => ({ package: { artifact: "one.zip" } }) };
  new SmallZips({ service, serviceDir }).pack();
  return readFile(join(serviceDir, "one.zip"));
}

function headersOf(zip: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = zip.indexOf(HEADER); at >= 0; at = zip.indexOf(HEADER, at + 1)) found.push(at);
  return found;
}

it("keeps each file as it was", async () => {
  const files = unzipSync(await pack(FILES));
  expect(Object.keys(files).toSorted()).toEqual(Object.keys(FILES).toSorted());
  for (const [path, bytes] of Object.entries(FILES)) expect(Buffer.from(files[path] ?? []).equals(bytes)).toBe(true);
});

it("makes the same bytes of the same files, whenever it does", async () => {
  const zip = await pack(FILES);
  expect(zip.equals(await pack(unzipSync(zip)))).toBe(true);
  const days = headersOf(zip).map((at) => zip.readUInt32LE(at + 12));
  expect(days).toEqual(Object.keys(FILES).map(() => MIDNIGHT_1980_01_01));
});

it("lets everybody read each file, as Unix says it", async () => {
  const zip = await pack(FILES);
  const said = headersOf(zip).map((at) => ({ madeOn: zip.readUInt8(at + 5), rights: (zip.readUInt32LE(at + 38) >>> 16).toString(8) }));
  expect(said).toEqual(Object.keys(FILES).map(() => ({ madeOn: 3, rights: "100644" })));
});
