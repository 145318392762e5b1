import { chown, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { INBOX_DOMAIN, MAILDIR_OWNER } from "./configuration.ts";
import { Daemon } from "./daemon.ts";
import { furnishJail } from "./jail.ts";
import { MailServer } from "./mail-server.ts";
import { Maildir } from "./maildir.ts";
import { unpacked } from "./unpacked.ts";

/** What may differ from one instance to the next. */
export interface DovecotOptions {
  /** The local parts that have a mailbox; others are refused. */
  readonly users: readonly string[];
  /** The certificates to show; made anew when left out. */
  readonly certificates?: Certificates;
}

/** The services of Dovecot's LMTP: plaintext, with STARTTLS, and with implicit TLS. */
const lmtpServices = ["plain", "wrapper"] as const;

type LmtpService = (typeof lmtpServices)[number];

/** A real Dovecot that takes LMTP for as long as a test needs it; it offers STARTTLS on `plain`. */
export class Dovecot extends MailServer<LmtpService> {
  readonly certificates: Certificates;

  /** The path of its Unix socket. */
  get socket(): string {
    return join(this.daemon.directory, "run/dovecot/lmtp");
  }

  static async start(options: DovecotOptions): Promise<Dovecot> {
    const certificates = options.certificates ?? (await makeCertificates());
    const daemon = await Daemon.start({
      name: "Dovecot",
      ports: lmtpServices,
      async furnish(directory, ports) {
        await fill(directory, certificates, options);
        await writeFile(join(directory, "etc", "dovecot.conf"), configuration(ports));
        return ["chroot", directory, "/usr/sbin/dovecot", "-F", "-c", "/etc/dovecot.conf"];
      },
    });
    return new Dovecot(daemon, certificates);
  }

  private constructor(daemon: Daemon<LmtpService>, certificates: Certificates) {
    super(daemon);
    this.certificates = certificates;
  }
}

async function fill(
  directory: string,
  { certificate, key }: Certificates,
  { users }: DovecotOptions,
): Promise<void> {
  const path = (name: string): string => join(directory, name);
  await furnishDovecot(directory);
  await writeFile(path("etc/server.pem"), certificate);
  await writeFile(path("etc/server.key"), key, { mode: 0o600 });
  await writeFile(path("etc/users"), users.map((user) => `${user}@${INBOX_DOMAIN}::::::\n`).join(""));
}

/** Puts everything into a directory that any service of Dovecot needs, its configuration apart. */
export async function furnishDovecot(directory: string): Promise<void> {
  const path = (name: string): string => join(directory, name);
  const folder = "usr/lib/dovecot";
  const entries = await readdir(await unpacked(folder), { withFileTypes: true });
  const modules = ["libssl_iostream_openssl.so", "old-stats/libstats_auth.so"];
  await furnishJail(directory, {
    programs: [
      ...["usr/sbin/dovecot", "usr/bin/doveconf"],
      // Dovecot does not start without the programs of all of its services, used or not.
      ...entries
        .filter((entry) => !entry.isDirectory() && !/\.so(?:\.0\.0\.0)?$/.test(entry.name))
        .map(({ name }) => join(folder, name)),
      ...modules.map((name) => join(folder, "modules", name)),
    ],
    folders: ["run/dovecot", "var/lib/dovecot"],
    users: ["dovecot", "dovenull"],
  });
  await Maildir.make(path("inbox"), MAILDIR_OWNER, MAILDIR_OWNER);
  await writeFile(path("log/dovecot.log"), "");
  await chown(path("log/dovecot.log"), MAILDIR_OWNER, MAILDIR_OWNER);
}

function configuration(ports: Readonly<Record<LmtpService, number>>): string {
  return `
protocols = lmtp
log_path = /log/dovecot.log
hostname = mx.dovecot.example
ssl = yes
ssl_cert = </etc/server.pem
ssl_key = </etc/server.key
mail_location = maildir:/inbox
first_valid_uid = 0
userdb {
  driver = passwd-file
  args = /etc/users
  default_fields = uid=nobody gid=nogroup home=/inbox
}
passdb {
  driver = passwd-file
  args = /etc/users
}
service lmtp {
  unix_listener lmtp {
    mode = 0666
  }
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${ports.plain}
  }
  inet_listener lmtps {
    address = 127.0.0.1
    port = ${ports.wrapper}
    ssl = yes
  }
}
`;
}
