/** The largest message that each of the servers takes, in octets. */
export const MESSAGE_LIMIT = 20_000;
