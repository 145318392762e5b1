import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Certificates } from "./certificates.ts";
import { Daemon } from "./daemon.ts";

/** A real stunnel: it takes TLS, and passes the connection on with a PROXY header. */
export async function startStunnel(server: number, certificates: Certificates): Promise<Daemon<"tls">> {
  return await Daemon.start({
    name: "stunnel",
    ports: ["tls"],
    async furnish(directory, ports) {
      await writeFile(join(directory, "server.pem"), certificates.certificate);
      await writeFile(join(directory, "server.key"), certificates.key, { mode: 0o600 });
      const file = join(directory, "stunnel.conf");
      await writeFile(
        file,
        `
foreground = yes
pid =
syslog = no
output = ${join(directory, "log", "stunnel.log")}
[smtp]
accept = 127.0.0.1:${ports.tls}
connect = 127.0.0.1:${server}
protocol = proxy
cert = ${join(directory, "server.pem")}
key = ${join(directory, "server.key")}
`,
      );
      return ["/usr/bin/stunnel4", file];
    },
  });
}
