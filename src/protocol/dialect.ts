/**
 * The protocol that is spoken: SMTP (RFC 5321), or LMTP (RFC 2033), which answers content once for each recipient that
 * had been accepted, in their order.
 */
export type Dialect = "smtp" | "lmtp";
