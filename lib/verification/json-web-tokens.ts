/** Of the library, what is used: loaded with the first token, and bundled without the rest. */
export { createLocalJWKSet, errors, jwtVerify } from "jose";
