/** Whether the server closes the connection after a reply with this code (RFC 5321 3.8, RFC 7504 3). */
export function closesConnection(code: number): boolean {
  return code === 421 || code === 521;
}
