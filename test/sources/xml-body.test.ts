/** XML as an attacker would write it, and what is read of it where it is well-formed. */
import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { readXmlBody, type XmlElement } from "../../lib/sources/reading/xml-body.ts";
import { toWebhook } from "../support/open-source.ts";

function read(body: string | Uint8Array, type = "text/xml"): XmlElement {
  return readXmlBody(toWebhook({ body, headers: { "content-type": type } }));
}

function failure(body: string | Uint8Array, type?: string): TransferError {
  try {
    read(body, type);
  } catch (thrown) {
    if (thrown instanceof TransferError) return thrown;
    throw thrown;
  }
  throw new Error("it was read");
}

const BILLION_LAUGHS = `<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>`;

function declarations(count: number): string {
  return Array.from({ length: count }, (_, at) => `xmlns:n${at}="u"`).join(" ");
}

describe("readXmlBody", () => {
  it.each(["text/xml", "application/xml", "application/soap+xml; charset=utf-8", "TEXT/XML; charset=UTF-8"])("takes %s", (type) => {
    expect(read("<a/>", type).name).toBe("a");
  });

  it.each(["application/json", "text/html", "text/xml; charset=iso-8859-1", "", "xml"])("does not take %j", (type) => {
    expect(failure("<a/>", type).code).toBe("unsupported-media-type");
  });

  it("does not take a compressed body", () => {
    const webhook = toWebhook({ body: "<a/>", headers: { "content-type": "text/xml", "content-encoding": "gzip" } });
    expect(() => readXmlBody(webhook)).toThrow(expect.objectContaining({ code: "unsupported-media-type" }));
  });

  it.each([
    ["a document type", `<!DOCTYPE a><a/>`],
    ["one in small letters", `<!doctype a><a/>`],
    ["entities that multiply", BILLION_LAUGHS],
    ["an external entity", `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`],
    ["an entity that nobody declared", "<a>&planted;</a>"],
    ["an entity in an attribute", '<a b="&planted;"/>'],
    ["an ampersand alone", "<a>planted & co</a>"],
    ["a character beyond Unicode", "<a>&#x110000;</a>"],
    ["two roots", "<a/><b/>"],
    ["no root", "<?xml version='1.0'?>"],
    ["nothing", ""],
    ["text", "planted"],
    ["an end tag that is missing", "<planted><b></planted>"],
    ["an attribute without quotes", "<a planted=1/>"],
    ["text behind the root", "<a/>planted"],
    ["a name that JavaScript reserves", "<a><__proto__>planted</__proto__></a>"],
    ["one behind a prefix", "<a><b:__proto__>planted</b:__proto__></a>"],
    ["a control character", "<a>planted&#1;</a>"],
    ["33 levels", `${"<a>".repeat(33)}${"</a>".repeat(33)}`],
    ["more levels than a stack has", `${"<a>".repeat(50_000)}${"</a>".repeat(49_999)}`],
    ["100 001 tags", `<a>${"<b/>".repeat(99_999)}</a>`],
    ["33 attributes of an element", `<a><b ${declarations(32)} planted=""/></a>`],
    ["a megabyte of namespaces", `<a ${declarations(16_000)}>${'<b xmlns:c="d"/>'.repeat(40_000)}</a>`],
    ["bytes that are not UTF-8", Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e])],
    ["another declared encoding", '<?xml version="1.0" encoding="ISO-8859-1"?><a/>'],
  ])("refuses %s, and repeats nothing of it", (_what, body) => {
    const error = failure(body);
    expect(error).toMatchObject({ code: "invalid-request", effect: "none" });
    expect(JSON.stringify([error.message, error.errors, error.cause])).not.toMatch(/planted|passwd/);
  });

  it.each([
    ["32 levels", `${"<a>".repeat(32)}${"</a>".repeat(32)}`],
    ["100 000 tags", `<a>${"<b/>".repeat(99_998)}</a>`],
    ["32 attributes of an element", `<a><b ${declarations(32)}/></a>`],
    ["a declared encoding", '<?xml version="1.0" encoding="utf-8"?><a/>'],
    ["a byte order mark", "\ufeff<a/>"],
    ["comments and instructions", "<?xml version='1.0'?><!-- b --><?c d?><a/><!-- e -->"],
  ])("reads %s", (_what, body) => {
    expect(read(body).name).toBe("a");
  });

  it("knows elements by their namespace, in whichever scope it is declared", () => {
    const root = read('<p:a xmlns:p="urn:1" xmlns="urn:2"><b xmlns="urn:3"><p:c xmlns:p="urn:4"/><d/></b><e/><p:f/></p:a>');
    expect(namesOf(root)).toEqual(["{urn:1}a", "{urn:3}b", "{urn:4}c", "{urn:3}d", "{urn:2}e", "{urn:1}f"]);
  });

  it("keeps text as it is written, its references resolved once", () => {
    const root = read('<a b="&quot;&#233;&amp;lt;"> &lt;&amp;lt;&#xE9;&apos;<![CDATA[<&amp;>]]><c>not this</c>0012.50 </a>');
    expect(root.text).toBe(" <&lt;é'<&amp;>0012.50 ");
    expect(root.attributes).toEqual({ b: '"é&lt;' });
  });
});

function namesOf({ namespace, name, children }: XmlElement): string[] {
  return [`{${namespace}}${name}`, ...children.flatMap(namesOf)];
}
