/** The `Authorization` header (RFC 9110 section 11.6.2), read as far as every scheme of it needs. */

/** What stands behind the scheme's name, which is not case-sensitive (section 11.1). Undefined where the header is of another scheme. */
export function credentialsOf(authorization: string | undefined, scheme: string): string | undefined {
  const [name, ...rest] = (authorization ?? "").trim().split(" ");
  return name?.toLowerCase() === scheme ? rest.join(" ").trim() : undefined;
}
