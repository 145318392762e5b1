import { once } from "node:events";
import { SMTPServer } from "smtp-server";
import type { Certificates } from "./certificates.ts";
import { MailServer } from "./mail-server.ts";

/** What the smtp-server of npm has taken. */
export interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  readonly message: Buffer;
  /** Who had logged in. */
  readonly user: string | undefined;
  readonly secure: boolean;
}

/** How a {@link NodeSmtpServer} is to be. */
export interface NodeSmtpServerOptions {
  readonly tls: "none" | "starttls" | "wrapper";
  readonly certificates: Certificates;
  /** Whether one has to log in, as the user of {@link MailServer}. */
  readonly auth?: boolean;
  readonly lmtp?: boolean;
}

/** The package smtp-server, in this process. */
export class NodeSmtpServer {
  readonly port: number;
  readonly taken: readonly Taken[];
  readonly #server: SMTPServer;

  static async start(options: NodeSmtpServerOptions): Promise<NodeSmtpServer> {
    const { tls, certificates, auth = false, lmtp = false } = options;
    const taken: Taken[] = [];
    const server = new SMTPServer({
      secure: tls === "wrapper",
      lmtp,
      cert: certificates.certificate,
      key: certificates.key,
      authOptional: !auth,
      allowInsecureAuth: tls === "none",
      disabledCommands: [...(tls === "starttls" ? [] : ["STARTTLS"]), ...(auth ? [] : ["AUTH"])],
      onAuth({ username, password }, _session, callback) {
        const right = username === MailServer.user && password === MailServer.password;
        callback(right ? null : new Error("Invalid username or password"), { user: username });
      },
      onRcptTo({ address }, _session, callback) {
        const refusal = Object.assign(new Error("5.1.1 no such mailbox"), { responseCode: 550 });
        callback(address.startsWith("nobody") ? refusal : null);
      },
      onData(stream, { envelope, user, secure }, callback) {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          taken.push({
            from: envelope.mailFrom === false ? "" : envelope.mailFrom.address,
            to: envelope.rcptTo.map(({ address }) => address),
            message: Buffer.concat(chunks),
            user: typeof user === "string" ? user : undefined,
            secure,
          });
          callback(null);
        });
      },
    });
    // A client may leave as it likes.
    server.on("error", () => {});
    server.listen(0, "127.0.0.1");
    await once(server.server, "listening");
    return new NodeSmtpServer(server, taken);
  }

  private constructor(server: SMTPServer, taken: readonly Taken[]) {
    const address = server.server.address();
    if (address === null || typeof address === "string") throw new Error("not an address with a port");
    this.#server = server;
    this.port = address.port;
    this.taken = taken;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(resolve);
    });
  }
}
