/** The port of SMTP between servers, and of a relay on this machine (RFC 5321). */
export const SMTP_PORT = 25;
/** The port of submission with STARTTLS (RFC 6409). */
export const SUBMISSION_PORT = 587;
/** The port of submission over TLS from the first byte (RFC 8314). */
export const SUBMISSIONS_PORT = 465;
/** The port on which most servers speak LMTP. It must not be {@link SMTP_PORT} (RFC 2033 5). */
export const LMTP_PORT = 24;
