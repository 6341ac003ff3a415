/**
 * From the bytes of a verified webhook to XML elements under their names and namespaces, whatever prefixes the sender chose. No document type, hence no
 * entities but the five of XML and character references; bounded in depth, tags and attributes. Repeats nothing of the body in its errors.
 */
import { XMLParser, XMLValidator } from "fast-xml-parser";
import type { TransferError } from "../../errors.ts";
import { invalidRequest } from "../../transfer/request.ts";
import type { Webhook } from "../../verification/scheme.ts";
import { assertMediaType, decodeUtf8 } from "./media-type.ts";

/** An envelope with records in it has some six levels. */
const DEPTH_MAX = 32;
/** A hundred records of 200 fields are 40 000 tags. Counted before anything is built. */
const TAGS_MAX = 100_000;
/** An envelope has some six, declarations of namespaces included. */
const ATTRIBUTES_MAX = 32;

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  readonly namespace: string;
  /** By their names as written, declarations of namespaces left out. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Its own, without that of its children. */
  readonly text: string;
}

/** Throws `unsupported-media-type` or `invalid-request`. */
export function readXmlBody(webhook: Webhook): XmlElement {
  assertMediaType(webhook, {
    mediaType: "text/xml",
    is: ({ essence, subtype }) => ["text/xml", "application/xml"].includes(essence) || subtype.endsWith("+xml"),
  });
  const text = decodeUtf8(webhook.body);
  if (text === undefined) throw notXml("is not valid UTF-8");
  if (/^\s*<\?xml[^>]*\sencoding\s*=\s*["'](?!utf-8["'])/i.test(text)) throw notXml("must be in UTF-8");
  // No sender has one, and in it are the ways to make a parser read files or fill the memory.
  if (text.includes("<!DOCTYPE")) throw notXml("must not have a document type");
  if (text.split("<", TAGS_MAX + 2).length > TAGS_MAX + 1) throw notXml(`must have at most ${TAGS_MAX} tags`);
  const valid = XMLValidator.validate(text);
  // The one thing that it lets pass is text behind an empty root.
  if (!text.trimEnd().endsWith(">")) throw notXml("must be one element");
  if (valid !== true) throw notXml(`is not well-formed at line ${valid.err.line}`);
  return toRoot(parse(text));
}

/** The children of that name and namespace. */
export function childrenOf({ children }: XmlElement, namespace: string, name: string): readonly XmlElement[] {
  return children.filter((child) => child.name === name && child.namespace === namespace);
}

const PARSER = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  cdataPropName: "#cdata",
  parseTagValue: false,
  trimValues: false,
  // Done below, where text is told from CDATA and an entity that nobody declared is an error.
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  // It counts those that an element is in.
  maxNestedTags: DEPTH_MAX - 1,
});

/** In order: `{ name: children, ":@": attributes }`, `{ "#text": … }` or `{ "#cdata": [{ "#text": … }] }`. */
type Parsed = Readonly<Record<string, unknown>>;

function parse(text: string): readonly Parsed[] {
  try {
    const nodes: unknown = PARSER.parse(text);
    return parseNodes(nodes);
  } catch {
    // Its messages quote names of the body.
    throw notXml(`must have at most ${DEPTH_MAX} levels, and names that are no reserved words`);
  }
}

function parseNodes(nodes: unknown): readonly Parsed[] {
  return Array.isArray(nodes) ? nodes : [];
}

function toRoot(nodes: readonly Parsed[]): XmlElement {
  const roots = nodes.filter((node) => nameOf(node) !== "#text");
  const [root] = roots;
  if (root === undefined || roots.length > 1) throw notXml("must be one element");
  return toElement(root, undefined);
}

/** What an element declares, linked to what is declared around it: a copy for each element would cost their product. */
interface Scope {
  readonly declared: ReadonlyMap<string, string>;
  readonly outer: Scope | undefined;
}

function namespaceOf(prefix: string, scope: Scope | undefined): string {
  return scope === undefined ? "" : (scope.declared.get(prefix) ?? namespaceOf(prefix, scope.outer));
}

function toElement(node: Parsed, scope: Scope | undefined): XmlElement {
  const qualified = nameOf(node);
  const attributes = Object.entries(parseAttributes(node[":@"]));
  if (attributes.length > ATTRIBUTES_MAX) throw notXml(`must have at most ${ATTRIBUTES_MAX} attributes for each element`);
  const all = attributes.map(([name, value]) => [name, decode(value)] as const);
  const declared = all.flatMap(([name, uri]) => {
    if (name === "xmlns") return [["", uri] as const];
    return name.startsWith("xmlns:") ? [[name.slice("xmlns:".length), uri] as const] : [];
  });
  const inner = declared.length === 0 ? scope : { declared: new Map(declared), outer: scope };
  const [prefix, name] = qualified.includes(":") ? [qualified.slice(0, qualified.indexOf(":")), localName(qualified)] : ["", qualified];
  const content = parseNodes(node[qualified]);
  return {
    name,
    namespace: namespaceOf(prefix, inner),
    attributes: Object.fromEntries(all.filter(([attribute]) => attribute !== "xmlns" && !attribute.startsWith("xmlns:"))),
    children: content.filter((child) => !nameOf(child).startsWith("#")).map((child) => toElement(child, inner)),
    text: content.map(textOf).join(""),
  };
}

/** What stands behind the prefix of a qualified name. */
export function localName(qualified: string): string {
  return qualified.slice(qualified.indexOf(":") + 1);
}

function nameOf(node: Parsed): string {
  return Object.keys(node).find((key) => key !== ":@") ?? "";
}

function textOf(node: Parsed): string {
  if ("#cdata" in node) return parseNodes(node["#cdata"]).map(rawTextOf).join("");
  return decode(rawTextOf(node));
}

function rawTextOf({ "#text": text }: Parsed): string {
  return typeof text === "string" ? text : "";
}

function parseAttributes(attributes: unknown): Readonly<Record<string, string>> {
  return typeof attributes === "object" && attributes !== null ? (attributes as Record<string, string>) : {};
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&([^;]{0,16};?)/g, (_all, reference: string) => {
    const [, decimal, hexadecimal, name = ""] = /^(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|([a-z]{2,4}));$/.exec(reference) ?? [];
    const code = decimal === undefined ? Number.parseInt(hexadecimal ?? "", 16) : Number(decimal);
    const character = Number.isNaN(code) ? ENTITIES[name] : code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
    if (character === undefined) throw notXml("has an entity that is not one of XML's own");
    return character;
  });
}

function notXml(detail: string): TransferError {
  return invalidRequest([{ pointer: "#", detail }]);
}
