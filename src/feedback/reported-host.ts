/** The name of a host, with or without its type, as reports write it (RFC 3464 section 2.2.2). */
export function reportedHost(value: string | undefined): string | undefined {
  return /^\s*(?:[\w-]{1,40}\s*;)?\s*([^\s;()]{1,255})/.exec(value ?? "")?.[1];
}
