import { type EnvoiError, misconfigured } from "../../errors.ts";

/** The error for something that a builder was told and that makes no sense. */
export function wrongOption(method: string, problem: string): EnvoiError {
  return misconfigured(`SmtpTransport ${method}: ${problem}`);
}
