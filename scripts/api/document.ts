/** The shape of the description, as far as it is used here: OpenAPI 3.0.3. Schemas are JSON, which only zod makes. */
import type { Examples } from "./examples.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** A type, so that it is `Fields`, too. */
export type Reference = { readonly $ref: string };

interface MediaType {
  readonly schema: Fields;
  readonly examples?: Examples;
}
export type Content = Readonly<Record<string, MediaType>>;

export interface Response {
  readonly description: string;
  readonly headers: Readonly<Record<string, Reference>>;
  readonly content?: Content;
}
export type Responses = Readonly<Record<string, Response>>;

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly "x-ms-visibility"?: "important" | "internal";
  readonly security: readonly Readonly<Record<string, readonly never[]>>[];
  readonly parameters?: readonly Reference[];
  readonly requestBody?: { readonly required: true; readonly content: Content };
  readonly responses: Responses;
}

export const METHODS = ["get", "put", "post", "delete", "head"] as const;
export type PathItem = { readonly parameters?: readonly Reference[] } & Readonly<Partial<Record<(typeof METHODS)[number], Operation>>>;

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: true;
  readonly description: string;
  readonly "x-ms-summary": string;
  readonly example?: string;
  readonly schema: Fields;
}

export interface Header {
  readonly description: string;
  readonly schema: Fields;
}

export interface OpenApiDocument {
  readonly openapi: "3.0.3";
  readonly info: { readonly title: string; readonly version: string; readonly description: string; readonly license: Fields };
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Fields>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly headers: Readonly<Record<string, Header>>;
    readonly securitySchemes: Readonly<Record<string, { readonly type: "apiKey" | "http"; readonly scheme?: string } & Fields>>;
  };
}
