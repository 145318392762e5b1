import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Certificates, makeCertificates } from "./certificates.ts";
import {
  INBOX_DOMAIN,
  MAILDIR_OWNER,
  mainCf,
  masterCf,
  type Relays,
  type Service,
  services,
} from "./configuration.ts";
import { Daemon } from "./daemon.ts";
import { MailServer } from "./mail-server.ts";
import { Maildir } from "./maildir.ts";
import { run } from "./program.ts";

/** What may differ from one instance to the next. */
export interface PostfixOptions {
  /** Where to relay mail for other domains than the inbox domain. */
  readonly relays?: Relays;
  /** The certificates to show, and the authority to trust when relaying; made anew when left out. */
  readonly certificates?: Certificates;
  /** The SASL mechanisms to offer; PLAIN and LOGIN when left out. */
  readonly mechanisms?: readonly string[];
  /** Further settings of `main.cf`. */
  readonly main?: Readonly<Record<string, string>>;
}

/**
 * A real Postfix for as long as a test needs it.
 *
 * @example
 * ```ts
 * await using postfix = await Postfix.start();
 * await SmtpTransport.unencryptedLocalhost(postfix.ports.plain).send({ ..., to: `ada@${INBOX_DOMAIN}` });
 * const { message } = await postfix.delivered(`ada@${INBOX_DOMAIN}`);
 * ```
 */
export class Postfix extends MailServer<Service> {
  readonly certificates: Certificates;

  static async start(options: PostfixOptions = {}): Promise<Postfix> {
    const certificates = options.certificates ?? (await makeCertificates());
    const daemon = await Daemon.start({
      name: "Postfix",
      ports: services,
      async furnish(directory, ports) {
        await fill(directory, ports, certificates, options);
        return ["/usr/lib/postfix/sbin/master", "-c", `${directory}/conf`, "-s"];
      },
    });
    return new Postfix(daemon, certificates);
  }

  private constructor(daemon: Daemon<Service>, certificates: Certificates) {
    super(daemon);
    this.certificates = certificates;
  }
}

/** Puts everything into the directory that Postfix needs. */
async function fill(
  directory: string,
  ports: Readonly<Record<Service, number>>,
  { ca, certificate, key }: Certificates,
  { relays, mechanisms = ["PLAIN", "LOGIN"], main }: PostfixOptions,
): Promise<void> {
  const path = (...names: readonly string[]): string => join(directory, ...names);
  for (const name of ["conf", "conf/sasl", "queue"]) await mkdir(path(name));
  await Maildir.make(path("inbox"), MAILDIR_OWNER, MAILDIR_OWNER);
  await writeFile(path("conf", "main.cf"), mainCf(directory, relays, main));
  await writeFile(path("conf", "master.cf"), masterCf(ports, relays));
  await writeFile(path("ca.pem"), ca);
  await writeFile(path("server.pem"), certificate);
  await writeFile(path("server.key"), key, { mode: 0o600 });
  await writeFile(
    path("conf", "sasl", "smtpd.conf"),
    `pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: ${path("conf", "sasl", "users")}\n` +
      `mech_list: ${mechanisms.join(" ")}\n`,
  );
  const account = ["-p", "-c", "-f", path("conf", "sasl", "users"), "-u", INBOX_DOMAIN, Postfix.user];
  await run("saslpasswd2", account, Postfix.password);
  // smtpd has given up its privileges when it reads the passwords.
  await chmod(path("conf", "sasl", "users"), 0o644);
  // Makes the folders of the queue, and says what is wrong with the configuration.
  await run("postfix", ["-c", path("conf"), "check"]);
}
