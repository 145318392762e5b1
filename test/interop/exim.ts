import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { type Relays, type Service, services } from "./configuration.ts";
import { Daemon } from "./daemon.ts";
import { eximConfiguration } from "./exim-configuration.ts";
import { MailServer } from "./mail-server.ts";
import { Maildir } from "./maildir.ts";
import { run } from "./program.ts";
import { unpacked } from "./unpacked.ts";

/** What may differ from one instance to the next. */
export interface EximOptions {
  /**
   * Where to hand on what is not for the inbox domain; who logs in does so with one and the same password everywhere.
   */
  readonly relays?: Relays;
  /** The certificates to show, and the authority to trust when relaying; made anew when left out. */
  readonly certificates?: Certificates;
  /** Further settings of the main section. */
  readonly main?: Readonly<Record<string, string>>;
}

/**
 * A real Exim for as long as a test needs it, on the same services as {@link Postfix}.
 *
 * @example
 * ```ts
 * await using exim = await Exim.start();
 * await SmtpTransport.unencryptedLocalhost(exim.ports.plain).send({ ..., to: `ada@${INBOX_DOMAIN}` });
 * const { message } = await exim.delivered(`ada@${INBOX_DOMAIN}`);
 * ```
 */
export class Exim extends MailServer<Service> {
  readonly certificates: Certificates;

  static async start(options: EximOptions = {}): Promise<Exim> {
    const program = await unpacked("usr/sbin/exim4");
    const certificates = options.certificates ?? (await makeCertificates());
    const daemon = await Daemon.start({
      name: "Exim",
      ports: services,
      async furnish(directory, ports) {
        await fill(directory, certificates);
        const [password = ""] = Object.values(options.relays ?? {}).flatMap(
          ({ login }) => login?.password ?? [],
        );
        // In files of their own, because nothing in them is special there.
        await writeFile(join(directory, "password"), Exim.password);
        await writeFile(join(directory, "relay-password"), password);
        const setting = { ...options, directory, ports, user: Exim.user };
        await writeFile(join(directory, "exim.conf"), eximConfiguration(setting));
        return [program, "-C", join(directory, "exim.conf"), "-bdf"];
      },
    });
    return new Exim(daemon, certificates);
  }

  private constructor(daemon: Daemon<Service>, certificates: Certificates) {
    super(daemon);
    this.certificates = certificates;
  }
}

/** Exim gives up root's rights for those of the user that Debian has compiled in. */
async function fill(directory: string, { ca, certificate, key }: Certificates): Promise<void> {
  const path = (name: string): string => join(directory, name);
  const [user = 0, group = 0] = await Promise.all(
    ["-u", "-g"].map(async (option) => Number(await run("id", [option, "Debian-exim"]))),
  );
  await mkdir(path("spool"));
  for (const name of ["spool", "log"]) await chown(path(name), user, group);
  await Maildir.make(path("inbox"), user, group);
  await writeFile(path("ca.pem"), ca);
  await writeFile(path("server.pem"), certificate);
  await writeFile(path("server.key"), key);
  await chown(path("server.key"), user, group);
  await chmod(path("server.key"), 0o400);
}
