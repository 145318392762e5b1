import { EnvoiError, reasonOf } from "../../../errors.ts";
import type { Clock } from "../../../net/clock.ts";
import { Moment } from "../../../net/moment.ts";
import { tell } from "../../../net/observers.ts";
import { withoutSecrets } from "../../../protocol/masking/known-secrets.ts";
import { type RefreshTokenOptions, readRefreshTokenOptions } from "./refresh-token-options.ts";
import type { TokenRequest } from "./shared-token.ts";

/** What the exchange needs besides its options. */
export interface RefreshTokenContext {
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
}

/**
 * Exchanges a refresh token for access tokens, and keeps each until shortly before it expires. No error contains a
 * secret.
 *
 * @throws EnvoiError of kind `"configuration"` if an option is missing or not valid.
 */
export class RefreshTokenSource {
  readonly #options: RefreshTokenOptions;
  readonly #context: RefreshTokenContext;
  /** The current refresh token: the provider may replace it. */
  #refreshToken: string;
  #exchanging: Promise<string> | undefined;
  #kept: { readonly token: string; readonly asked: Moment; readonly life: number } | undefined;

  constructor(options: RefreshTokenOptions, context: RefreshTokenContext) {
    this.#options = readRefreshTokenOptions(options);
    this.#context = context;
    this.#refreshToken = this.#options.refreshToken;
  }

  /**
   * Returns an access token.
   *
   * @throws EnvoiError of kind `"authentication"`; of kind `"tls"` if the provider's certificate is not valid.
   */
  async token(request: TokenRequest): Promise<string> {
    // One exchange at a time: a provider that replaces the refresh token treats the use of the old one as theft.
    const before = this.#exchanging;
    this.#exchanging = (async () => {
      await before?.catch(() => {});
      return await this.#token(request);
    })();
    return await this.#exchanging;
  }

  async #token({ signal, refused }: TokenRequest): Promise<string> {
    const { clock } = this.#context;
    if (!refused && this.#kept !== undefined && this.#kept.asked.age < this.#kept.life)
      return this.#kept.token;
    this.#kept = undefined;
    const asked = new Moment(clock);
    const { status, text } = await this.#exchange(signal);
    const answer = readAnswer(text);
    if (status !== 200 || answer === undefined || answer.error !== undefined)
      throw this.#refusal(status, answer);
    // The old one is useless now, whatever else the answer contains.
    await this.#replace(answer.refresh_token, asked, signal);
    const { access_token: token, token_type: type = "bearer", expires_in: seconds } = answer;
    if (typeof token !== "string" || token === "" || !/^bearer$/i.test(String(type)))
      throw failed("the token endpoint gave no bearer token");
    const life = Number(seconds) * 1000;
    if (life > 0) this.#kept = { token, asked, life: life - Math.min(life / 10, EARLY) };
    return token;
  }

  async #exchange(signal: AbortSignal): Promise<{ readonly status: number; readonly text: string }> {
    const { clientId, clientSecret, scope, tokenUrl, timeout = TIMEOUT } = this.#options;
    const { clock, fetch } = this.#context;
    const body = new URLSearchParams({
      grant_type: "refresh_token",
      client_id: clientId,
      ...(clientSecret !== undefined && { client_secret: clientSecret }),
      refresh_token: this.#refreshToken,
      ...(scope !== undefined && { scope }),
    });
    const late = new AbortController();
    const timer = clock.timer(timeout, () => late.abort());
    try {
      const response = await fetch(tokenUrl, {
        method: "POST",
        headers: { accept: "application/json" },
        body,
        // A redirect would send the secrets elsewhere.
        redirect: "manual",
        signal: AbortSignal.any([signal, late.signal]),
      });
      return { status: response.status, text: await readText(response) };
    } catch (cause) {
      if (late.signal.aborted)
        throw failed(`the token endpoint has not answered within ${timeout} ms`, { transient: true });
      throw unreachable(cause);
    } finally {
      timer.cancel();
    }
  }

  /** Uses the new refresh token from now on, and reports it, within the time that the exchange has left. */
  async #replace(refreshToken: unknown, asked: Moment, signal: AbortSignal): Promise<void> {
    if (typeof refreshToken !== "string" || refreshToken === "" || refreshToken === this.#refreshToken)
      return;
    this.#refreshToken = refreshToken;
    const { onRefreshToken, timeout = TIMEOUT } = this.#options;
    if (onRefreshToken === undefined) return;
    const { clock } = this.#context;
    await new Promise<void>((resolve) => {
      const left = Math.max(0, timeout - asked.age);
      const timer = clock.timer(left, () => failed(`it has not ended within ${timeout} ms`));
      const settle = (): void => {
        timer.cancel();
        signal.removeEventListener("abort", settle);
        resolve();
      };
      const failed = (thrown: unknown): void => {
        settle();
        const reason = this.#masked(reasonOf(thrown));
        process.emitWarning(
          `onRefreshToken failed, the new refresh token is kept: ${reason}`,
          "EnvoiWarning",
        );
      };
      if (signal.aborted) settle();
      signal.addEventListener("abort", settle);
      tell(async () => {
        await onRefreshToken(refreshToken);
        settle();
      }, failed);
    });
  }

  #refusal(status: number, answer: Answer | undefined): EnvoiError {
    if (answer?.error === undefined) {
      const transient = status >= 500 || status === 429 || status === 408;
      const redirect = status >= 300 && status < 400 ? "; redirects are not followed" : "";
      return failed(`the token endpoint answered ${status} without a token${redirect}`, { transient });
    }
    const transient =
      status >= 500 ||
      status === 429 ||
      /^(?:server_error|temporarily_unavailable)$/.test(String(answer.error));
    const description = answer.error_description === undefined ? "" : ` (${answer.error_description})`;
    const reason = this.#masked(`${answer.error}${description}`)
      .replace(/[\p{C}\s]+/gu, " ")
      .slice(0, 300);
    return failed(`the token endpoint refused: ${reason}`, { transient, permanent: !transient });
  }

  /** The text without the secrets: an endpoint may repeat what it was sent. */
  #masked(text: string): string {
    const { clientSecret = "", refreshToken } = this.#options;
    const secrets = [clientSecret, refreshToken, this.#refreshToken];
    const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]);
    return withoutSecrets(text, forms);
  }
}

const TIMEOUT = 30_000;
/** A token is not used in its last minute, nor in the last tenth of its lifetime if that is shorter. */
const EARLY = 60_000;
/** Larger answers of a token endpoint are refused. */
const MOST_OCTETS = 65_536;

interface Answer {
  readonly access_token?: unknown;
  readonly token_type?: unknown;
  readonly expires_in?: unknown;
  readonly refresh_token?: unknown;
  readonly error?: unknown;
  readonly error_description?: unknown;
}

function readAnswer(text: string): Answer | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === "object" && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
}

async function readText({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body ?? []) {
    length += piece.length;
    if (length > MOST_OCTETS) throw failed("the token endpoint does not stop answering");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function unreachable(cause: unknown): EnvoiError {
  if (EnvoiError.is(cause)) return cause;
  // fetch() gives the reason as the cause of its error.
  const inner: unknown = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const { code, message } = inner as { readonly code?: unknown; readonly message?: unknown };
  const reason = String(code ?? message ?? inner);
  if (/CERT|SIGNATURE|ERR_SSL|ERR_TLS/.test(reason))
    return failed(`the token endpoint's TLS cannot be trusted (${reason})`, { kind: "tls", cause });
  return failed(`the token endpoint cannot be reached (${reason})`, { transient: true, cause });
}

interface Reason {
  readonly kind?: "authentication" | "tls";
  readonly transient?: boolean;
  readonly permanent?: boolean;
  readonly cause?: unknown;
}

function failed(message: string, reason: Reason = {}): EnvoiError {
  const { kind = "authentication", transient = false, permanent = false, cause } = reason;
  return new EnvoiError(message, { kind, delivery: "not-sent", transient, permanent, cause });
}
