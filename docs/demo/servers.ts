import { Reply } from "envoi";
import { CertificateAuthority, TestServer, type TestServerOptions } from "envoi/testing";

/** Servers on this machine, on ports that were free, and what one needs to talk to them. */
export interface Servers extends AsyncDisposable {
  /** Trusted by nobody who was not told to. */
  readonly ca: CertificateAuthority;
  readonly user: string;
  readonly password: string;
  /** Neither TLS nor AUTH. */
  readonly plain: TestServer;
  /** STARTTLS, and AUTH behind it. */
  readonly starttls: TestServer;
  /** TLS from the first octet, and AUTH. */
  readonly implicit: TestServer;
  /** As `implicit`, with a certificate of an authority that nobody knows. */
  readonly untrusted: TestServer;
}

/** Starts them. Whoever calls this closes them again: `await using servers = await startServers()`. */
export async function startServers(): Promise<Servers> {
  const ca = await CertificateAuthority.create("Café Crème test authority");
  const user = "till";
  const password = "open sesame";
  const options: TestServerOptions = { ca, users: { [user]: password }, recipient: refuseNobody };
  const plain = await TestServer.start({ recipient: refuseNobody });
  const starttls = await TestServer.start({ ...options, tls: "starttls" });
  const implicit = await TestServer.start({ ...options, tls: "implicit" });
  const untrusted = await TestServer.start({ ...options, tls: "implicit", certificate: "unknown-issuer" });
  const all = [plain, starttls, implicit, untrusted];
  return {
    ...{ ca, user, password, plain, starttls, implicit, untrusted },
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((server) => server.close()));
    },
  };
}

/** Everybody is a recipient here, but nobody. */
function refuseNobody({ recipient }: { recipient: { readonly localPart: string } }): Reply | undefined {
  return recipient.localPart === "nobody" ? Reply.of(550, "5.1.1", "No such user here") : undefined;
}
