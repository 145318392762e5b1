/** Whether the server closes the connection after a reply (RFC 5321 3.8, RFC 7504 3). */
export function closesConnection({ code }: { readonly code: number }): boolean {
  return code === 421 || code === 521;
}
