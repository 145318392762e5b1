import { lookup as systemLookup } from "node:dns/promises";
import {
  Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  STATUS_CODES,
} from "node:http";
import { request as httpsRequest, Agent as TlsAgent } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { isPublicAddress } from "./public-address.ts";

/** What became of a link. */
export interface LinkResult {
  /** The status of HTTP; 0 if there was no answer, 451 if the link was not followed. */
  readonly status: number;
  readonly text: string;
}

/** How links are probed. */
export interface ProbeOptions {
  /** The addresses of a host. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Whether an address may be connected to. */
  readonly allows?: (address: string) => boolean;
  /** How long one link may take, in milliseconds. */
  readonly timeout?: number;
}

/**
 * Asks web servers whether links work. A mail comes from a stranger, so its links may lead anywhere: only public
 * addresses are connected to. A name is resolved once, and the connection goes to an address that was checked, so a
 * name that resolves differently the second time gains nothing. No cookies or credentials are sent, and no content is
 * read.
 */
export class LinkProbe {
  readonly #resolve: (host: string) => Promise<readonly string[]>;
  readonly #allows: (address: string) => boolean;
  readonly #timeout: number;

  constructor({ resolve = addressesOf, allows = isPublicAddress, timeout = 10_000 }: ProbeOptions = {}) {
    this.#resolve = resolve;
    this.#allows = allows;
    this.#timeout = timeout;
  }

  /** @param follow whether redirects are followed, at most three. @param signal ends the probe. */
  async probe(link: string, follow: boolean, signal: AbortSignal): Promise<LinkResult> {
    const ends = AbortSignal.any([signal, AbortSignal.timeout(this.#timeout)]);
    try {
      let url = link;
      for (let redirects = 0; ; redirects++) {
        const { status, location } = await this.#head(url, ends);
        if (!follow || location === undefined || status < 300 || status > 399)
          return { status, text: STATUS_CODES[status] ?? "" };
        if (redirects === MOST_REDIRECTS) return { status: 0, text: "too many redirects" };
        url = new URL(location, url).href;
      }
    } catch (error) {
      if (error instanceof RefusedLink) return { status: error.status, text: error.message };
      return { status: 0, text: ends.aborted ? "timed out" : reasonOf(error) };
    }
  }

  /** Sends one request. */
  async #head(link: string, signal: AbortSignal): Promise<{ status: number; location: string | undefined }> {
    const { protocol, hostname, port, pathname, search } = webUrl(link);
    const host = hostname.replace(/^\[|\]$/g, "");
    const addresses = await this.#checked(host, signal);
    const secure = protocol === "https:";
    const options = {
      method: "HEAD",
      host,
      ...(port !== "" && { port }),
      path: `${pathname}${search}`,
      headers: { "user-agent": "envoi link check", accept: "*/*", connection: "close" },
      lookup: pinned(addresses),
      maxHeaderSize: 16_384,
      signal,
      // Agents of their own: the common ones may go through a proxy, which would resolve names itself.
      agent: secure ? new TlsAgent({ keepAlive: false }) : new Agent({ keepAlive: false }),
    };
    return await new Promise((resolve, reject) => {
      const answered = (response: IncomingMessage): void => {
        response.destroy();
        resolve({ status: response.statusCode ?? 0, location: response.headers.location });
      };
      const request: ClientRequest = secure
        ? httpsRequest(options, answered)
        : httpRequest(options, answered);
      request.on("error", reject).end();
    });
  }

  /** The addresses of a host, each of which may be connected to. One that may not be makes the host suspicious. */
  async #checked(host: string, signal: AbortSignal): Promise<readonly string[]> {
    const addresses = isIP(host) === 0 ? await raced(this.#resolve(host), signal) : [host];
    if (addresses.length === 0) throw new Error("no such host");
    if (!addresses.every(this.#allows)) throw new RefusedLink("Blocked private/reserved address", 451);
    return addresses;
  }
}

class RefusedLink extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

function webUrl(link: string): URL {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === "")
    throw new RefusedLink("not a web address", 0);
  return url;
}

async function addressesOf(host: string): Promise<readonly string[]> {
  const found = await systemLookup(host, { all: true });
  return found.map(({ address }) => address);
}

/** Resolves every name to these addresses. */
function pinned(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, callback) => {
    if (options.all === true) callback(null, found);
    else callback(null, found[0]?.address ?? "", found[0]?.family ?? 4);
  };
}

/** Resolving cannot be ended, but nobody needs to wait for it. */
function raced<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason);
    if (signal.aborted) aborted();
    signal.addEventListener("abort", aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", aborted));
  });
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  return reasons[code ?? ""] ?? (message ?? "failed").replace(/\s+/g, " ").slice(0, 200);
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: "no such host",
  EAI_AGAIN: "no such host",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network is unreachable",
  HPE_HEADER_OVERFLOW: "the header is too large",
};

const MOST_REDIRECTS = 3;
