/**
 * From the bytes of a verified webhook to XML elements under their names and namespaces, whatever prefixes the sender chose. No document type, hence no
 * entities but the five of XML and character references; bounded in depth, tags and attributes. Repeats nothing of the body in its errors.
 */
import { XmlElement as ParsedElement, parseXml, XmlError, XmlText } from "@rgrove/parse-xml";
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
  return toElement(parse(text), undefined, 1);
}

/** The children of that name and namespace. */
export function childrenOf({ children }: XmlElement, namespace: string, name: string): readonly XmlElement[] {
  return children.filter((child) => child.name === name && child.namespace === namespace);
}

function parse(text: string): ParsedElement {
  try {
    const { root } = parseXml(text);
    if (root !== null) return root;
  } catch (thrown) {
    // Its messages quote the body.
    if (thrown instanceof XmlError) throw notXml(`is not well-formed at line ${thrown.line}`);
    // It calls itself for each level: thousands of them end here.
    if (thrown instanceof RangeError) throw tooDeep();
    throw thrown;
  }
  throw notXml("must be one element");
}

/** What an element declares, linked to what is declared around it: a copy for each element would cost their product. */
interface Scope {
  readonly declared: ReadonlyMap<string, string>;
  readonly outer: Scope | undefined;
}

function namespaceOf(prefix: string, scope: Scope | undefined): string {
  return scope === undefined ? "" : (scope.declared.get(prefix) ?? namespaceOf(prefix, scope.outer));
}

function toElement({ name: qualified, attributes, children }: ParsedElement, scope: Scope | undefined, level: number): XmlElement {
  if (level > DEPTH_MAX) throw tooDeep();
  const all = Object.entries(attributes);
  if (all.length > ATTRIBUTES_MAX) throw notXml(`must have at most ${ATTRIBUTES_MAX} attributes for each element`);
  const declared = all.flatMap(([name, uri]) => {
    if (name === "xmlns") return [["", uri] as const];
    return name.startsWith("xmlns:") ? [[name.slice("xmlns:".length), uri] as const] : [];
  });
  const inner = declared.length === 0 ? scope : { declared: new Map(declared), outer: scope };
  const [prefix, name] = qualified.includes(":") ? [qualified.slice(0, qualified.indexOf(":")), localName(qualified)] : ["", qualified];
  if (name in Object.prototype) throw notXml("must have no name that JavaScript reserves");
  return {
    name,
    namespace: namespaceOf(prefix, inner),
    attributes: Object.fromEntries(all.filter(([attribute]) => attribute !== "xmlns" && !attribute.startsWith("xmlns:"))),
    children: children.flatMap((child) => (child instanceof ParsedElement ? [toElement(child, inner, level + 1)] : [])),
    text: children.map((child) => (child instanceof XmlText ? child.text : "")).join(""),
  };
}

/** What stands behind the prefix of a qualified name. */
export function localName(qualified: string): string {
  return qualified.slice(qualified.indexOf(":") + 1);
}

function tooDeep(): TransferError {
  return notXml(`must have at most ${DEPTH_MAX} levels`);
}

function notXml(detail: string): TransferError {
  return invalidRequest([{ pointer: "#", detail }]);
}
