/**
 * The limits of a transfer request: the vendor's, from its page of the call (cec_07_0460), and ours where the page is silent.
 */

/** Vendor: agentid "ranges from 101 to 999999". */
export const AGENT_ID_MIN = 101;
export const AGENT_ID_MAX = 999_999;
/** Vendor: address "contains a maximum of 24 characters". We count UTF-16 units, as a Java server does: the stricter reading. */
export const ADDRESS_MAX_CHARACTERS = 24;
/** Vendor: calldata "can contain a maximum of 2048 bytes". We count UTF-8, which is the charset that we send. */
export const CALL_DATA_MAX_BYTES = 2048;
/** Vendor: skillId is an Integer. Ours: what fits a signed 32-bit one. */
export const SKILL_ID_MAX = 2_147_483_647;
/** Ours: the page gives callid and caller no limit, the forms seen have about 20 characters. */
export const CALL_ID_MAX_CHARACTERS = 128;
export const CALLER_MAX_CHARACTERS = 64;
/** Ours: opaque texts that we keep or echo. */
export const REFERENCE_MAX_CHARACTERS = 64;
export const DELIVERY_ID_MAX_CHARACTERS = 255;
export const ATTEMPT_MAX_CHARACTERS = 64;
/** Ours: more can never fit 2048 bytes. */
export const CALL_DATA_MAX_FIELDS = 100;
/** Ours: an answer that lists more helps nobody. */
export const VIOLATIONS_MAX = 100;
