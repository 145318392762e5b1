import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { ApiError } from "./api-error.ts";

/** Whom the guard lets in. */
export interface GuardOptions {
  /** Names by which browsers may reach the catcher, besides `localhost`, IP addresses and names without a dot. */
  readonly names: readonly string[];
  /** Origins of other pages that may use the API, such as `https://app.example`. */
  readonly origins: readonly string[];
  /** The login that every request needs, by HTTP's Basic scheme. */
  readonly auth: { readonly user: string; readonly password: string } | undefined;
}

/** A request, or the beginning of a WebSocket. */
export interface GuardedRequest {
  readonly method: string;
  /** What follows the method: it must be a path. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values as they came, alternately: it shows what came twice. */
  readonly rawHeaders: readonly string[];
}

/**
 * Decides which requests get in. Any web page can send requests to this machine, so a request must show that it does
 * not come from one:
 *
 * - Host must be an address, or a name that no stranger can make point to this machine (DNS rebinding).
 * - Origin, which browsers add to everything but simple loads, must be our own.
 * - Sec-Fetch-Site, which browsers add to simple loads, must not name another site; only our page may be opened from
 *   elsewhere.
 * - A body must be JSON: a form cannot send that.
 */
export class Guard {
  readonly #names: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;
  readonly #auth: Buffer | undefined;

  constructor({ names, origins, auth }: GuardOptions) {
    this.#names = new Set(["localhost", ...names.map((name) => name.toLowerCase())]);
    this.#origins = new Set(origins.map((origin) => new URL(origin).origin));
    this.#auth = auth && digest(`${auth.user}:${auth.password}`);
  }

  /**
   * Checks a request.
   *
   * @returns the origin of another page that may read the answer, if it comes from one.
   * @throws ApiError for a request that must be refused.
   */
  check(request: GuardedRequest): string | undefined {
    const host = this.#checkHost(request);
    const { origin } = request.headers;
    const foreign = origin !== undefined && origin !== `http://${host}` ? origin : undefined;
    if (foreign !== undefined && !this.#origins.has(foreign))
      throw new ApiError(
        `requests of pages of ${clean(foreign)} are refused: allow it with --allow-origin`,
        403,
      );
    if (foreign === undefined) checkSite(request);
    // A browser asks without a login whether it may send one.
    const asksFirst = foreign !== undefined && request.method === "OPTIONS";
    if (!asksFirst) this.#checkLogin(request);
    checkBody(request);
    return foreign;
  }

  /** The host, with its port, as an origin has it. */
  #checkHost({ target, headers, rawHeaders }: GuardedRequest): string {
    if (!target.startsWith("/")) throw new ApiError("the target must be a path");
    const count = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host").length;
    const host = headers.host?.toLowerCase() ?? "";
    const [, address, name, port = "0"] = HOST.exec(host) ?? [];
    const known =
      Number(port) <= 65_535 &&
      ((address !== undefined && isIP(address) === 6) ||
        (name !== undefined && (isIP(name) === 4 || !name.includes(".") || this.#names.has(name))));
    if (count !== 1 || !known)
      throw new ApiError(`the host ${clean(host)} is unknown: allow it with --host`, count === 1 ? 421 : 400);
    return host.replace(/:80$/, "");
  }

  #checkLogin({ target, headers }: GuardedRequest): void {
    if (this.#auth === undefined || /^\/(?:livez|readyz)(?:\?|$)/.test(target)) return;
    const [, credentials = ""] = /^basic +([\w+/=-]+)$/i.exec(headers.authorization ?? "") ?? [];
    if (!timingSafeEqual(digest(Buffer.from(credentials, "base64")), this.#auth))
      throw new ApiError("this catcher needs a login", 401);
  }
}

/** An address of IPv6, or a name or address of IPv4; perhaps with a port. */
const HOST = /^(?:\[([\da-f:.]+)\]|([a-z\d_-]+(?:\.[a-z\d_-]+)*))(?::(\d{1,5}))?$/;

/** What another site may not do: only open the page, as a link does. */
function checkSite({ method, target, headers }: GuardedRequest): void {
  const site = headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") return;
  const opens =
    headers["sec-fetch-mode"] === "navigate" &&
    headers["sec-fetch-dest"] === "document" &&
    method === "GET" &&
    isPage(target);
  if (!opens) throw new ApiError("requests of other sites are refused", 403);
}

/** Whether a path is of the page, which other sites may link to. It shows nothing by itself, and changes nothing. */
function isPage(target: string): boolean {
  return /^\/(?:[?#]|mail\/|$)/.test(target);
}

function checkBody({ headers }: GuardedRequest): void {
  const length = headers["content-length"];
  const type = headers["content-type"];
  const hasBody = headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
  // A form without fields has a type, too.
  if (!hasBody && type === undefined) return;
  if (!/^application\/json[ \t]*(?:;|$)/i.test(type ?? ""))
    throw new ApiError("the body must be application/json", 415);
}

function digest(octets: Buffer | string): Buffer {
  return createHash("sha256").update(octets).digest();
}

/** A text of a stranger for a message. */
function clean(text: string): string {
  return JSON.stringify(text.replace(/[^\x20-\x7e]/g, "?").slice(0, 100));
}
