import type { TlsVersion } from "../../../transport/smtp/tls/tls-identity.ts";
import { Tls } from "../../../transport/smtp/tls/tls-mode.ts";
import { TlsParameters, type TlsParametersBuilder } from "../../../transport/smtp/tls/tls-parameters.ts";
import { CommandError } from "../../exit-status.ts";
import { fromFile } from "../../input-file.ts";
import { shown } from "../../masked.ts";
import type { ArgumentReader } from "../argument-reader.ts";
import type { SendFlags } from "../send-flags.ts";

/**
 * Reads the flags about TLS. They replace what the URL says, which is taken out of it.
 *
 * @returns the mode and its parameters; `undefined` if no flag is about TLS.
 */
export async function takeTls(url: URL, flags: SendFlags, reader: ArgumentReader): Promise<Tls | undefined> {
  if (flags.tls === undefined && !hasParameters(flags)) return undefined;
  const mode = flags.tls === undefined ? modeOf(url) : modeNamed(flags.tls);
  const domain = flags.tlsName ?? take(url, "tls.domain");
  const minVersion = take(url, "tls.minVersion");
  const pins = [...(take(url, "tls.pin")?.split(",") ?? []), ...(flags.pin ?? [])];
  // smtps: has a meaning only with TLS from the first byte.
  moveTo(url, mode.mode === "wrapper");
  url.searchParams.delete("tls");
  if (mode.mode === "none") {
    if (hasParameters(flags))
      throw new CommandError(
        "--ca, --cert, --pin, --tls-name and --insecure are about TLS. Add --tls, or use smtps://",
      );
    return mode;
  }
  const parameters = TlsParameters.builder(domain);
  const { ca, cert, certKey } = flags;
  if (ca !== undefined) {
    const authority = await reader.bytes(ca, "--ca", "settings");
    fromFile("--ca", ca, "settings", () => parameters.addRootCertificate(authority));
  }
  if (cert !== undefined || certKey !== undefined) await takeIdentity(parameters, flags, reader);
  if (minVersion !== undefined) parameters.minVersion(minVersion as TlsVersion);
  for (const pin of pins) parameters.pin(pin);
  if (flags.insecure) parameters.acceptInvalidCertificates(true);
  return { mode: mode.mode, parameters: parameters.build() };
}

function hasParameters({ ca, cert, certKey, tlsName, pin, insecure }: SendFlags): boolean {
  return [ca, cert, certKey, tlsName, pin, insecure].some((value) => value !== undefined);
}

function modeNamed(name: string | true): Tls {
  const modes: Readonly<Record<string, Tls>> = {
    none: Tls.None,
    opportunistic: Tls.Opportunistic,
    required: Tls.Required,
    starttls: Tls.Required,
    wrapper: Tls.Wrapper,
  };
  const mode = name === true ? Tls.Required : modes[name.toLowerCase()];
  if (mode !== undefined) return mode;
  throw new CommandError(
    `--tls: expected none, opportunistic, required or wrapper, got ${shown(String(name))}`,
  );
}

function modeOf({ protocol, searchParams }: URL): Tls {
  return protocol === "smtps:" ? Tls.Wrapper : modeNamed(searchParams.get("tls") ?? "none");
}

function take({ searchParams }: URL, name: string): string | undefined {
  const value = searchParams.get(name) ?? undefined;
  searchParams.delete(name);
  return value;
}

/** The scheme of a URL cannot be set if it is not a special one. */
function moveTo(url: URL, wrapper: boolean): void {
  if (url.protocol === "smtp:" && wrapper) url.href = url.href.replace(/^smtp:/, "smtps:");
  else if (url.protocol === "smtps:" && !wrapper) url.href = url.href.replace(/^smtps:/, "smtp:");
}

async function takeIdentity(
  parameters: TlsParametersBuilder,
  { cert, certKey }: SendFlags,
  reader: ArgumentReader,
): Promise<void> {
  if (cert === undefined) throw new CommandError("--cert-key: expected --cert too");
  const certificate = (await reader.bytes(cert, "--cert", "settings")).toString();
  // A file may contain both.
  const key =
    certKey === undefined ? certificate : (await reader.bytes(certKey, "--cert-key", "settings")).toString();
  // It looks at the certificate only. A key is read when parameters are built.
  fromFile("--cert", cert, "settings", () =>
    TlsParameters.builder().identity({ certificate, key: certificate }),
  );
  const [flag, path] = certKey === undefined ? ["--cert", cert] : ["--cert-key", certKey];
  fromFile(flag, path, "settings", () => TlsParameters.builder().identity({ certificate, key }).build());
  parameters.identity({ certificate, key });
}
