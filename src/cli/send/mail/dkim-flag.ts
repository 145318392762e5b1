import type { Signer } from "../../../message/signer.ts";
import { DkimSigner } from "../../../signing/dkim-signer.ts";
import { instead } from "../../../text/options/nearest-name.ts";
import { CommandError } from "../../exit-status.ts";
import type { ArgumentReader } from "../argument-reader.ts";

const names = ["domain", "selector", "key", "identity", "expires"];

/** Reads `domain=example.org,selector=s1,key=file.pem`. @throws CommandError; EnvoiError of kind `"configuration"`. */
export async function dkimSigner(value: string, reader: ArgumentReader): Promise<Signer> {
  const settings = new Map<string, string>();
  for (const part of value.split(",")) {
    const [, name = part, setting = ""] = /^\s*([a-z]+)\s*=(.*)$/s.exec(part) ?? [];
    if (!names.includes(name) || setting === "")
      throw new CommandError(
        `--dkim: expected domain=example.org,selector=s1,key=file.pem, got ${JSON.stringify(name)}; ${instead(name, names)}`,
      );
    settings.set(name, setting.trim());
  }
  const [domain, selector, key] = ["domain", "selector", "key"].map((name) => {
    const setting = settings.get(name);
    if (setting !== undefined) return setting;
    throw new CommandError(
      `--dkim: expected ${name}= too, as in domain=example.org,selector=s1,key=file.pem`,
    );
  }) as [string, string, string];
  const [identity, expires] = [settings.get("identity"), settings.get("expires")];
  return DkimSigner.create({
    domain,
    selector,
    key: (await reader.bytes(key, "--dkim")).toString(),
    ...(identity !== undefined && { identity }),
    ...(expires !== undefined && { expiresIn: Number(expires) }),
  });
}
