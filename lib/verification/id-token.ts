/**
 * A signed token (JWT, RFC 7519) against its issuer's published keys. The issuer, the place of its keys and the algorithms are the verifier's: what the
 * token's header says about keys (`jwk`, `jku`, `x5u`, `x5c`) is not read. Whom the token is for is checked by the scheme that asks.
 */
import type { CryptoKey, JWSHeaderParameters } from "jose";
import { createIssuerKeys, type Issuer } from "./issuer-keys.ts";
import { type Claims, type Hint, refused, type Verdict } from "./scheme.ts";

/** None with a shared secret (a public key would do as one), none that is no signature. Both issuers sign with RSA. */
const ALGORITHMS = ["RS256", "RS384", "RS512"];
/** How far the issuer's clock and ours may differ: what Microsoft's page calls the industry's standard. */
const CLOCK_TOLERANCE_SECONDS = 300;

export interface TokenOptions extends Issuer {
  /** The clock of the check. */
  readonly receivedAt: Date;
  readonly signal: AbortSignal | undefined;
}

export type VerifyToken = (token: string, options: TokenOptions) => Promise<VerifiedToken | Refused>;

type Refused = Extract<Verdict, { ok: false }>;

export interface VerifiedToken {
  readonly claims: Claims;
  /** Of the key that signed it. None: for anything. */
  readonly endorsements: readonly string[];
}

/** What it gives throws `secrets-unavailable` where the issuer's keys cannot be read. */
export function createTokenVerifier(): VerifyToken {
  const keys = createIssuerKeys();
  return async (token, options) => {
    const { errors, jwtVerify } = await import("./json-web-tokens.ts");
    let endorsements: readonly string[] = [];
    async function findKey(header: JWSHeaderParameters): Promise<CryptoKey> {
      const found = await keys.find(header, options);
      endorsements = found.endorsements;
      return found.key;
    }
    try {
      const { payload } = await jwtVerify(token, findKey, {
        algorithms: ALGORITHMS,
        issuer: options.issuer,
        requiredClaims: ["exp"],
        currentDate: options.receivedAt,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      return { claims: payload, endorsements };
    } catch (error) {
      const skewOf = (at: number | undefined) => ({
        skewSeconds: at === undefined ? undefined : Math.round(options.receivedAt.getTime() / 1_000 - at),
      });
      if (error instanceof errors.JWTExpired) return refused("stale-timestamp", skewOf(error.payload.exp));
      if (error instanceof errors.JWTClaimValidationFailed && error.claim === "nbf")
        return refused("future-timestamp", skewOf(error.payload.nbf));
      if (error instanceof errors.JWTClaimValidationFailed) return wrong(error.claim === "iss" ? "token-issuer" : undefined);
      if (error instanceof errors.JWSSignatureVerificationFailed) return wrong("token-signature");
      if (error instanceof errors.JWKSNoMatchingKey) return wrong("token-key");
      if (error instanceof errors.JOSEError) return refused("malformed-credential", { hint: "token-format" });
      throw error;
    }
  };
}

function wrong(hint: Hint | undefined): Refused {
  return refused("wrong-credential", { hint });
}
