import type { Clock } from "../net/clock.ts";
import type { LookupTime } from "../net/server/certificate-lookup.ts";
import { type CertificateSources, CertificateTable } from "../net/server/certificate-table.ts";
import { TlsAcceptor } from "../net/server/tls-acceptor.ts";
import type { ClientCertificateOptions, TlsService } from "../net/server/tls-service.ts";
import { fitsKeys, type TlsSettings } from "../net/server/tls-settings.ts";
import { refuseOption } from "../text/options/option-reader.ts";
import type { ResolvedOptions, ServerTlsOptions } from "./options/resolved-options.ts";

/** The certificates that a running server shows from now on. */
export interface CertificateChange {
  /** As in the options of the server. */
  readonly certificates: CertificateSources;
  /** As in the options of the server; if it is left out, nothing changes about certificates of clients. */
  readonly clientCertificates?: ClientCertificateOptions;
}

/** For which name a function is asked for the default certificate, and how long it may take. */
interface DefaultLookup extends LookupTime {
  readonly hostname: string;
}

/** The TLS of a running server: its certificates now, and an acceptor for each way in which its listeners speak TLS. */
export class ServerTls {
  readonly #lookup: DefaultLookup;
  readonly #acceptors = new Map<string, TlsAcceptor>();
  #service: TlsService;
  /** The change before, while it is under way: they come into force in their order. */
  #changing: Promise<void> = Promise.resolve();

  private constructor(lookup: DefaultLookup, service: TlsService) {
    this.#lookup = lookup;
    this.#service = service;
  }

  /** @throws EnvoiError of kind `"configuration"` for certificates that cannot be used. */
  static async create(
    { certificates, ...service }: ServerTlsOptions,
    { protocol, timeouts }: ResolvedOptions,
    clock: Clock,
  ): Promise<ServerTls> {
    const { hostname } = protocol;
    // So that there is time left for the handshake with the default certificate.
    const lookup = { hostname, clock, ms: Math.ceil(timeouts.handshake / 2) };
    const table = await CertificateTable.create(certificates, lookup);
    return new ServerTls(lookup, { ...service, certificates: table });
  }

  /**
   * The acceptor for a listener with these settings.
   *
   * @throws EnvoiError of kind `"configuration"` if OpenSSL cannot use a certificate with them, or if none of the
   * certificates can be shown with their ciphers.
   */
  acceptor(settings: TlsSettings): TlsAcceptor {
    const key = JSON.stringify(settings);
    const acceptor = this.#acceptors.get(key) ?? new TlsAcceptor(settings, this.#service);
    checkCiphers(acceptor, this.#service);
    this.#acceptors.set(key, acceptor);
    return acceptor;
  }

  /**
   * Shows other certificates to clients from now on: on all listeners, or, if anything about them is wrong, on none.
   *
   * @throws EnvoiError of kind `"configuration"` for certificates that cannot be used.
   */
  change(change: CertificateChange): Promise<void> {
    const changed = this.#changing.then(() => this.#change(change));
    this.#changing = changed.catch(() => {});
    return changed;
  }

  async #change({ certificates, clientCertificates }: CertificateChange): Promise<void> {
    const service: TlsService = {
      ...this.#service,
      certificates: await CertificateTable.create(certificates, this.#lookup),
      ...(clientCertificates !== undefined && { clientCertificates }),
    };
    const begin = [...this.#acceptors.values()].map((acceptor) => {
      checkCiphers(acceptor, service);
      return acceptor.prepare(service);
    });
    for (const each of begin) each();
    this.#service = service;
  }
}

/** Refuses certificates of which none has a key for the ciphers of a listener: each handshake would fail. */
function checkCiphers({ settings }: TlsAcceptor, { certificates }: TlsService): void {
  const keyTypes = certificates.identities.flat().map(({ keyType }) => keyType);
  if (certificates.isOpen || fitsKeys(settings, keyTypes)) return;
  throw refuseOption(
    "certificates",
    `no key is of a type for the ciphers ${settings.ciphers}`,
    "Give a certificate with an RSA key for those with RSA in their name, and with an EC key for those with ECDSA",
  );
}
