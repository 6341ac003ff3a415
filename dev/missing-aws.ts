/** What whoever runs a command against AWS has forgotten to set, in words that say what to set. */

/** Undefined where it is something else. The SDK's own words quote nothing. */
export function toMissing(error: Error): string | undefined {
  if (error.message === "Region is missing") return "No region: give --region, or set AWS_REGION.";
  if (error.name === "CredentialsProviderError")
    return `No AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. (${error.message})`;
  return undefined;
}
