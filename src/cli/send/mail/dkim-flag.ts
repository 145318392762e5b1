import { EnvoiError } from "../../../errors.ts";
import type { Signer } from "../../../message/signer.ts";
import { DkimSigner } from "../../../signing/dkim-signer.ts";
import { instead } from "../../../text/options/nearest-name.ts";
import { CommandError, ExitStatus, fileStatus } from "../../exit-status.ts";
import type { ArgumentReader } from "../argument-reader.ts";

const names = ["domain", "selector", "key", "identity", "expires"];

/** Reads `domain=example.org,selector=s1,key=file.pem`. @throws CommandError. */
export async function dkimSigner(value: string, reader: ArgumentReader): Promise<Signer> {
  const settings = new Map<string, string>();
  for (const part of value.split(",")) {
    const [, name = part, setting = ""] = /^\s*([a-z]+)\s*=(.*)$/s.exec(part) ?? [];
    if (!names.includes(name) || setting === "")
      throw new CommandError(
        `--dkim: expected domain=example.org,selector=s1,key=file.pem, got something else; ${instead(name, names)}`,
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
  const options = {
    ...{ domain, selector, key: (await reader.bytes(key, "--dkim")).toString() },
    ...(identity !== undefined && { identity }),
    ...(expires !== undefined && { expiresIn: Number(expires) }),
  };
  try {
    return DkimSigner.create(options);
  } catch (error) {
    throw EnvoiError.is(error) ? inSettings(error) : error;
  }
}

/** The error of the library in the words of the flag. Without a key that works, no message can be built. */
function inSettings(error: EnvoiError): CommandError {
  const [, option = "", problem = error.message] = /^DkimSigner\.(\w+): (.*)$/s.exec(error.message) ?? [];
  const setting = option === "expiresIn" ? "expires" : option;
  const status = setting === "key" ? fileStatus.mail.wrong : ExitStatus.usage;
  return new CommandError(`--dkim: ${setting === "" ? "" : `${setting}=: `}${problem}`, status, {
    cause: error,
  });
}
