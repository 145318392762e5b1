import type { PasswordAttempt, TokenAttempt } from "./mechanism.ts";

/** What a client has shown a server to authenticate. */
export type AuthAttempt = PasswordAttempt | TokenAttempt;
