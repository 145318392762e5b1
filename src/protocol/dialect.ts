/**
 * The protocol: SMTP (RFC 5321), or LMTP (RFC 2033), in which content gets one reply for each accepted recipient, in
 * their order.
 */
export type Dialect = "smtp" | "lmtp";
