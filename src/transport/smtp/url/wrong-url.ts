import { type EnvoiError, misconfigured } from "../../../errors.ts";

/** The error for a URL of which no transport can be made. It does not repeat the URL, which may hold a password. */
export function wrongUrl(problem: string): EnvoiError {
  return misconfigured(`SmtpTransport.fromUrl: ${problem}`);
}
