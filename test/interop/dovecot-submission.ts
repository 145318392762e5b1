import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Daemon } from "./daemon.ts";
import { furnishDovecot } from "./dovecot.ts";

/** A real Dovecot that takes submissions with any password, and passes them on with XCLIENT. */
export async function startDovecotSubmission(server: number): Promise<Daemon<"submission">> {
  return await Daemon.start({
    name: "Dovecot",
    ports: ["submission"],
    async furnish(directory, ports) {
      await furnishDovecot(directory);
      await writeFile(join(directory, "etc", "dovecot.conf"), configuration(ports.submission, server));
      return ["chroot", directory, "/usr/sbin/dovecot", "-F", "-c", "/etc/dovecot.conf"];
    },
  });
}

const configuration = (port: number, server: number): string => `
protocols = submission
log_path = /log/dovecot.log
hostname = mx.dovecot.example
ssl = no
disable_plaintext_auth = no
mail_location = maildir:/inbox
first_valid_uid = 0
submission_relay_host = 127.0.0.1
submission_relay_port = ${server}
submission_relay_trusted = yes
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=/inbox
}
passdb {
  driver = static
  args = nopassword=y
}
service submission-login {
  inet_listener submission {
    address = 127.0.0.1
    port = ${port}
  }
}
`;
