import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { INBOX_DOMAIN, offers, type Service, services } from "./configuration.ts";
import { Daemon } from "./daemon.ts";
import { MailServer } from "./mail-server.ts";
import { Maildir } from "./maildir.ts";
import { scriptPath } from "./python.ts";

/** Python's aiosmtpd for as long as a test needs it, on the same services as Postfix. */
export class Aiosmtpd extends MailServer<Service> {
  readonly certificates: Certificates;

  static async start(options: { readonly certificates?: Certificates } = {}): Promise<Aiosmtpd> {
    const certificates = options.certificates ?? (await makeCertificates());
    const daemon = await Daemon.start({
      name: "aiosmtpd",
      ports: services,
      async furnish(directory, ports) {
        const path = (name: string): string => join(directory, name);
        await Maildir.make(path("inbox"), 0, 0);
        await writeFile(path("server.pem"), certificates.certificate);
        await writeFile(path("server.key"), certificates.key);
        const setting = {
          domain: INBOX_DOMAIN,
          inbox: path("inbox"),
          certificate: path("server.pem"),
          key: path("server.key"),
          user: Aiosmtpd.user,
          password: Aiosmtpd.password,
          services: services.map((service) => ({ port: ports[service], ...offers[service] })),
        };
        return ["/usr/bin/python3", scriptPath("aiosmtpd-server.py"), JSON.stringify(setting)];
      },
    });
    return new Aiosmtpd(daemon, certificates);
  }

  private constructor(daemon: Daemon<Service>, certificates: Certificates) {
    super(daemon);
    this.certificates = certificates;
  }
}
