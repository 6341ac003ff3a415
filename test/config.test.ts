import { describe, expect, it } from "vitest";
import { parseConfig } from "../lib/config.ts";
import { BASE_URLS, NO_BASE_URLS } from "./support/base-urls.ts";

const ENVIRONMENT = {
  CCGW_SECRETS_PREFIX: "ccgw/prod",
  CCGW_PUBLIC_BASE_URL: "https://hooks.example.com",
  CCGW_VERSION: "1.2.3",
  CCGW_SESSIONS_TABLE: "stack-SessionsTable-1",
  CCGW_RECORDS_TABLE: "stack-RecordsTable-1",
  CCGW_RETENTION_DAYS: "30",
  CCGW_KEEPER_FUNCTION: "stack-keep-session",
  CCGW_CALLBACK_QUEUE: "https://sqs.eu-central-1.amazonaws.com/123456789012/stack-callbacks",
};

describe("the configuration of the stack", () => {
  it("is what the environment says, and nothing else of it", () => {
    const environment = { ...ENVIRONMENT, PATH: "/usr/bin", AWS_SECRET_ACCESS_KEY: "planted" };
    expect(parseConfig(environment)).toEqual({
      secretsPrefix: "ccgw/prod",
      publicBaseUrl: "https://hooks.example.com",
      version: "1.2.3",
      sessionsTable: "stack-SessionsTable-1",
      recordsTable: "stack-RecordsTable-1",
      retentionDays: 30,
      keeperFunction: "stack-keep-session",
      callbackQueue: "https://sqs.eu-central-1.amazonaws.com/123456789012/stack-callbacks",
      eventBus: undefined,
    });
  });

  it.each([
    ["default", "default"],
    ["orders/outcomes_1.a-b", "orders/outcomes_1.a-b"],
    ["", undefined],
    [undefined, undefined],
  ])("takes the event bus %j", (name, eventBus) => {
    expect(parseConfig({ ...ENVIRONMENT, CCGW_EVENT_BUS: name }).eventBus).toBe(eventBus);
  });

  it.each(["a bus", "arn:aws:events:eu-central-1:123456789012:event-bus/outcomes", "x".repeat(257)])("refuses the event bus %j", (name) => {
    expect(() => parseConfig({ ...ENVIRONMENT, CCGW_EVENT_BUS: name })).toThrow(/^environment variable CCGW_EVENT_BUS: must be the name/);
  });

  it.each(["stack-callbacks", "arn:aws:sqs:eu-central-1:123456789012:stack-callbacks", "[object Object]", ""])(
    "refuses the queue %j",
    (queue) => {
      expect(() => parseConfig({ ...ENVIRONMENT, CCGW_CALLBACK_QUEUE: queue })).toThrow(/^environment variable CCGW_CALLBACK_QUEUE: /);
    },
  );

  it.each(["a", "ccgw", "ccgw/prod", "a/b/c", "A0_+=.@-/b"])("takes the prefix %s", (prefix) => {
    expect(parseConfig({ ...ENVIRONMENT, CCGW_SECRETS_PREFIX: prefix }).secretsPrefix).toBe(prefix);
  });

  it.each(["", "/ccgw", "ccgw/", "ccgw//prod", "ccgw prod", "ccgw/prod\n", "ccgw:prod", "ccgw/ü", "/"])(
    "refuses the prefix %j",
    (prefix) => {
      expect(() => parseConfig({ ...ENVIRONMENT, CCGW_SECRETS_PREFIX: prefix })).toThrow(/^environment variable CCGW_SECRETS_PREFIX: /);
    },
  );

  it.each(BASE_URLS)("takes the address %s", (address) => {
    expect(parseConfig({ ...ENVIRONMENT, CCGW_PUBLIC_BASE_URL: address }).publicBaseUrl).toBe(address);
  });

  it.each(NO_BASE_URLS)("refuses the address %j", (address) => {
    expect(() => parseConfig({ ...ENVIRONMENT, CCGW_PUBLIC_BASE_URL: address })).toThrow(
      /^environment variable CCGW_PUBLIC_BASE_URL: must be an address with https:\/\/ or http:\/\/, [^;]+$/,
    );
  });

  it.each(Object.keys(ENVIRONMENT))("names %s where it is missing", (name) => {
    expect(() => parseConfig({ ...ENVIRONMENT, [name]: undefined })).toThrow(new RegExp(`^environment variable ${name}: [^;]+$`));
  });

  it.each(["4", "365"])("keeps records %s days", (days) => {
    expect(parseConfig({ ...ENVIRONMENT, CCGW_RETENTION_DAYS: days }).retentionDays).toBe(Number(days));
  });

  it.each(["3", "366", "30.5", "", "month"])("refuses to keep records %j days", (days) => {
    expect(() => parseConfig({ ...ENVIRONMENT, CCGW_RETENTION_DAYS: days })).toThrow(/^environment variable CCGW_RETENTION_DAYS: /);
  });

  it("refuses an empty version", () => {
    expect(() => parseConfig({ ...ENVIRONMENT, CCGW_VERSION: "" })).toThrow(/CCGW_VERSION/);
  });

  it("names all that is wrong at once, and repeats no value", () => {
    const wrong = { ...ENVIRONMENT, CCGW_SECRETS_PREFIX: "/planted/", CCGW_PUBLIC_BASE_URL: "https://planted/", CCGW_VERSION: "" };
    expect(() => parseConfig(wrong)).toThrow(
      /^environment variable CCGW_SECRETS_PREFIX: .+; environment variable CCGW_PUBLIC_BASE_URL: .+; environment variable CCGW_VERSION: .+$/,
    );
    expect(() => parseConfig(wrong)).not.toThrow(/planted/);
  });
});
