import { chmod, chown, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { INBOX_DOMAIN, MAILDIR_OWNER } from "./configuration.ts";
import { Daemon } from "./daemon.ts";
import { furnishJail } from "./jail.ts";
import { MailServer } from "./mail-server.ts";
import { Maildir } from "./maildir.ts";
import { run } from "./program.ts";

/**
 * A real OpenSMTPD for as long as a test needs it. It has no TLS: Debian 12's can do no TLS handshake,
 * because 6.8 does not get on with OpenSSL 3 (OpenSMTPD's issue 1171).
 */
export class OpenSmtpd extends MailServer<"plain"> {
  static async start(): Promise<OpenSmtpd> {
    const daemon = await Daemon.start({
      name: "OpenSMTPD",
      ports: ["plain"],
      async furnish(directory, ports) {
        await fill(directory);
        await writeFile(join(directory, "etc", "smtpd.conf"), configuration(ports.plain));
        return ["chroot", directory, "/usr/sbin/smtpd", "-d", "-f", "/etc/smtpd.conf"];
      },
    });
    return new OpenSmtpd(daemon);
  }
}

async function fill(directory: string): Promise<void> {
  const path = (name: string): string => join(directory, name);
  await furnishJail(directory, {
    programs: ["usr/sbin/smtpd", "usr/sbin/smtpctl", "usr/libexec/opensmtpd/mail.maildir"],
    system: ["bin/sh"],
    folders: ["tmp", "var/run", "var/spool/smtpd", "var/lib/opensmtpd/empty"],
    users: ["opensmtpd", "opensmtpq"],
  });
  await chmod(path("tmp"), 0o1777);
  await chmod(path("var/spool/smtpd"), 0o711);
  await chown(path("usr/sbin/smtpctl"), 0, Number(await run("id", ["-g", "opensmtpq"])));
  await Maildir.make(path("inbox"), MAILDIR_OWNER, MAILDIR_OWNER);
}

function configuration(port: number): string {
  return `
smtp max-message-size 30M
listen on 127.0.0.1 port ${port} hostname mx.opensmtpd.example
table users { "@${INBOX_DOMAIN}" = "nobody" }
action "inbox" maildir "/inbox" virtual <users>
match from any for domain "${INBOX_DOMAIN}" rcpt-to regex "^nobody" reject
match from any for domain "${INBOX_DOMAIN}" action "inbox"
`;
}
