import { isIP } from "node:net";
import { type VerifyOptions, verifyReaders } from "../server/options/verify-options.ts";
import { group } from "../text/options/option-kinds.ts";
import { type OptionReader, refuseOption, wrongOption } from "../text/options/option-reader.ts";
import type { Resolver } from "../verify/resolver/resolver.ts";

/** How a TestServer finds out who sent the messages that it catches. */
export interface TestVerifyOptions extends VerifyOptions {
  /** The DNS of the test, such as `Resolver.zone({ ... })`. A TestServer never asks the real DNS. */
  readonly resolver: Resolver;
  /**
   * The IP address that clients appear to have, instead of 127.0.0.1: that of the relay through which your application
   * sends. Messages are then verified as their receivers will verify them, so also if the client has logged in.
   */
  readonly clientAddress?: string;
}

const read = group<TestVerifyOptions>({ ...verifyReaders, clientAddress: readAddress });

/** Reads the option `verify` of a TestServer. */
export const readTestVerify: OptionReader<TestVerifyOptions> = (value, field) => {
  const options = read(value, field);
  if (options.resolver === undefined) throw notReal(field, "expected the DNS of the test, got undefined");
  return options;
};

/**
 * Refuses the DNS of the system.
 *
 * @throws EnvoiError of kind `"configuration"`.
 */
export async function checkTestVerify(verify: TestVerifyOptions): Promise<void> {
  const { SystemResolver } = await import("../verify/resolver/system-resolver.ts");
  if (verify.resolver instanceof SystemResolver)
    throw notReal("verify", "expected the DNS of the test, got Resolver.system()");
}

function notReal(field: string, problem: string): Error {
  return refuseOption(
    `${field}.resolver`,
    problem,
    "A TestServer never asks the real DNS: use Resolver.zone({ ... }) of envoi/verify, and DkimSigner.record() for the key",
  );
}

function readAddress(value: unknown, field: string): string {
  if (typeof value === "string" && isIP(value) !== 0) return value;
  throw wrongOption(field, "an IP address", value);
}
