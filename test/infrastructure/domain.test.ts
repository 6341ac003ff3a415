/** A name of one's own for the API. The file itself, with checked parameters. */
import { createRequire } from "node:module";
import { expect, it } from "vitest";

type Domain = { Resources?: Record<string, { Properties: object }>; extensions?: object; Outputs?: object };
const domain: (resolvers: { resolveConfigurationProperty(): Promise<object> }) => Promise<Domain> = createRequire(import.meta.url)(
  "../../infrastructure/domain.cjs",
);
const made = (domainName: string) =>
  domain({
    resolveConfigurationProperty: async () => ({ domainName, domainCertificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/1" }),
  });

it("is none where none is named", async () => {
  expect(await made("")).toEqual({});
});

it("takes the place of API Gateway's own, which nobody can come by any more", async () => {
  const { Resources, Outputs, extensions } = await made("transfers.example.com");
  expect(Resources?.ApiDomain?.Properties).toMatchObject({
    DomainName: "transfers.example.com",
    DomainNameConfigurations: [{ CertificateArn: expect.stringContaining("acm"), SecurityPolicy: "TLS_1_2" }],
  });
  expect(extensions).toEqual({ HttpApi: { Properties: { DisableExecuteApiEndpoint: true } } });
  expect(Outputs).toHaveProperty("DomainTarget");
});
