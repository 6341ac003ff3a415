/** What AWS has refused, or whoever runs a command has forgotten to set, in words that say what to do. The SDK's own words, where they are quoted, have no secret. */

/** Of all of AWS's protocols: each names them in its own way. */
const UNKNOWN_KEYS =
  /^(?:UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignature|SignatureDoesNotMatch|AuthFailure)(?:Exception)?$/;
const EXPIRED = /^(?:ExpiredToken|RequestExpired)(?:Exception)?$/;
const DENIED = /^AccessDenied(?:Exception)?$/;

const KEYS = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN where there is one)";

/** Undefined where it is something else. `profile` is the one that is used, where it is not the environment's. */
export function toMissing({ name, message }: Error, profile = process.env.AWS_PROFILE): string | undefined {
  if (message === "Region is missing") return "No region: give --region, or set AWS_REGION.";
  if (name === "CredentialsProviderError")
    return profile
      ? `No AWS credentials: the profile ${profile} has none, or there is no such profile in ~/.aws/config and ~/.aws/credentials. One with SSO needs first: aws sso login --profile ${profile}. (${message})`
      : `No AWS credentials: set AWS_PROFILE, or ${KEYS}. (${message})`;
  if (UNKNOWN_KEYS.test(name))
    return `AWS does not know these credentials: are ${profile ? `those of the profile ${profile}` : "AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,"} right? Temporary ones need AWS_SESSION_TOKEN, too. (${name}: ${message})`;
  if (EXPIRED.test(name))
    return `These AWS credentials have expired: get new ones, with SSO by aws sso login${profile ? ` --profile ${profile}` : ""}. (${name}: ${message})`;
  if (DENIED.test(name))
    return `These AWS credentials are not allowed to do this: whoever grants rights has to add what is named here. (${name}: ${message})`;
  if (name === "ResourceNotFoundException")
    return `AWS has no such thing here: is it this --stage, this --region and this account? (${name}: ${message})`;
  return undefined;
}
