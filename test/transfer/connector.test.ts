import { describe, expect, it } from "vitest";
import { Connection } from "../../lib/transfer/connection.ts";
import { Connector, isListedService } from "../../lib/transfer/connector.ts";
import { inOurWords } from "../../lib/transfer/issue-words.ts";
import { CONNECTION } from "../support/transfer-request.ts";

const CONNECTOR = {
  appId: "5a0e1f6c-8d0b-4c55-9d0f-9f1f5d1c7e21",
  appPassword: "a-password-of-the-bot",
  serviceUrls: ["https://europe.directline.botframework.com/"],
};
const TOKEN_URL = "https://login.microsoftonline.us/MicrosoftServices.onmicrosoft.us/oauth2/v2.0/token";

describe("a connection's connector", () => {
  it("need not be there", () => {
    expect(Connection.parse(CONNECTION).connector).toBeUndefined();
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["a bot, its password and a service", {}],
    ["the id of a tenant", { tenantId: "91c2a7de-3b44-4f0a-8a55-0d6a4f1b2c33" }],
    ["the domain of a tenant", { tenantId: "contoso.onmicrosoft.com" }],
    [
      "several services, one of them a path",
      { serviceUrls: ["https://smba.trafficmanager.net/emea/", "https://webchat.botframework.com/"] },
    ],
    ["another cloud", { tokenUrl: TOKEN_URL, scope: "https://api.botframework.us/.default" }],
  ])("takes %s", (_what, over) => {
    expect(Connection.parse({ ...CONNECTION, connector: { ...CONNECTOR, ...over } }).connector).toEqual({ ...CONNECTOR, ...over });
  });

  it.each<[string, Readonly<Record<string, unknown>>, path: string, message: string]>([
    ["no app id", { appId: undefined }, "appId", "is required"],
    ["another app id", { appId: "my-bot" }, "appId", "must be an app id, as 00000000-0000-0000-0000-000000000000"],
    ["no password", { appPassword: undefined }, "appPassword", "is required"],
    ["the password of our documents", { appPassword: "CHANGE-ME" }, "appPassword", "must not be the CHANGE-ME of our documents"],
    ["a tenant that is a path", { tenantId: "../common" }, "tenantId", "must be a tenant's id or domain"],
    ["no services", { serviceUrls: undefined }, "serviceUrls", "is required"],
    ["a host alone", { serviceUrls: ["smba.trafficmanager.net"] }, "serviceUrls.0", "must be an https URL"],
    ["a service without TLS", { serviceUrls: ["http://smba.trafficmanager.net/"] }, "serviceUrls.0", "must be an https URL"],
    [
      "a service with a password",
      { serviceUrls: ["https://a:b@smba.trafficmanager.net/"] },
      "serviceUrls.0",
      "must have no user name, password, query or fragment",
    ],
    ["a token from another cloud for nothing", { tokenUrl: TOKEN_URL }, "scope", "goes with tokenUrl"],
    ["another scope in this cloud", { scope: "https://graph.microsoft.com/.default" }, "scope", "goes with tokenUrl"],
    [
      "a tenant beside the address that holds it",
      { tokenUrl: TOKEN_URL, scope: "any", tenantId: "contoso.com" },
      "tenantId",
      "is a part of tokenUrl, where that is set",
    ],
  ])("is refused with %s", (_what, over, path, message) => {
    const { error } = Connector.safeParse({ ...CONNECTOR, ...over }, { error: inOurWords });
    expect(error?.issues.map((issue) => [issue.path.join("."), issue.message])).toEqual([[path, message]]);
  });

  it("is refused without a service", () => {
    expect(Connector.safeParse({ ...CONNECTOR, serviceUrls: [] }).success).toBe(false);
  });
});

describe("a service", () => {
  const listed = Connector.parse({
    ...CONNECTOR,
    serviceUrls: ["https://smba.trafficmanager.net/emea", "https://Europe.directline.botframework.com"],
  });

  it.each([
    "https://europe.directline.botframework.com/",
    "https://europe.directline.botframework.com",
    "https://EUROPE.directline.botframework.com:443/any",
    "https://smba.trafficmanager.net/emea",
    "https://smba.trafficmanager.net/emea/",
    "https://smba.trafficmanager.net/emea/91c2a7de/",
  ])("is listed: %s", (serviceUrl) => {
    expect(isListedService(listed, serviceUrl)).toBe(true);
  });

  it.each([
    ["another host", "https://directline.botframework.com/"],
    ["a host that begins alike", "https://europe.directline.botframework.com.example.com/"],
    ["a host that ends alike", "https://evil-europe.directline.botframework.com/"],
    ["the host as a user name", "https://europe.directline.botframework.com@example.com/"],
    ["a user name", "https://user@europe.directline.botframework.com/"],
    ["another port", "https://europe.directline.botframework.com:8443/"],
    ["no TLS", "http://europe.directline.botframework.com/"],
    ["above the listed path", "https://smba.trafficmanager.net/"],
    ["a path that begins alike", "https://smba.trafficmanager.net/emea2/"],
    ["a path that leads out", "https://smba.trafficmanager.net/emea/../apac/"],
    ["a path that leads out, encoded", "https://smba.trafficmanager.net/emea/%2e%2e/apac/"],
    ["a query", "https://smba.trafficmanager.net/emea/?to=1"],
    ["no address", "urn:service"],
    ["nothing", ""],
  ])("is not listed: %s", (_what, serviceUrl) => {
    expect(isListedService(listed, serviceUrl)).toBe(false);
  });
});
