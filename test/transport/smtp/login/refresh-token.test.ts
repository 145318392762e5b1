import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { Credentials, EnvoiError, type RefreshTokenOptions } from "envoi";
import { CertificateAuthority, TestServer } from "envoi/testing";
import { RefreshTokenSource } from "#src/transport/smtp/login/refresh-token.js";
import { HandClock } from "../../../net/hand-clock.js";
import { mail } from "../serve.js";

const secrets = { clientSecret: "s3cret/+client", refreshToken: "1//refr3sh==token" };
const options = { user: "jo@x.test", clientId: "shop", ...secrets };

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

interface Exchange {
  readonly body: URLSearchParams;
  readonly request: IncomingMessage;
}

/** A token endpoint that answers what it is told, and forgets nothing. */
class Endpoint implements AsyncDisposable {
  readonly exchanges: Exchange[] = [];
  readonly #server: Server;
  readonly #scheme: string;

  private constructor(server: Server, scheme: string) {
    this.#server = server;
    this.#scheme = scheme;
  }

  static async start(
    respond: (response: ServerResponse, nth: number, exchange: Exchange) => void,
    tls?: { key: string; cert: string },
  ): Promise<Endpoint> {
    const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece);
      const exchange = { request, body: new URLSearchParams(Buffer.concat(pieces).toString()) };
      endpoint.exchanges.push(exchange);
      respond(response, endpoint.exchanges.length, exchange);
    };
    const server = tls ? createTlsServer(tls, listener) : createServer(listener);
    const endpoint = new Endpoint(server, tls ? "https" : "http");
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return endpoint;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}/token`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    (this.#server as ReturnType<typeof createServer>).closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

function json(response: ServerResponse, answer: object | string, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
}

const request = { signal: new AbortController().signal, refused: false };

function sourceOf({ url }: Endpoint, more: Partial<RefreshTokenOptions> = {}, clock = new HandClock()) {
  return new RefreshTokenSource({ ...options, tokenUrl: url, ...more }, { clock, fetch: globalThis.fetch });
}

describe("a refresh token", () => {
  it("is exchanged by RFC 6749 6", async () => {
    await using endpoint = await Endpoint.start((response) => json(response, { access_token: "t1" }));
    assert.equal(await sourceOf(endpoint, { scope: "a b" }).token(request), "t1");
    const { clientSecret: _, ...open } = { ...options, tokenUrl: endpoint.url };
    await new RefreshTokenSource(open, { clock: new HandClock(), fetch: globalThis.fetch }).token(request);
    const [first, second] = endpoint.exchanges;
    assert.deepEqual(Object.fromEntries(first?.body ?? []), {
      grant_type: "refresh_token",
      client_id: "shop",
      client_secret: secrets.clientSecret,
      refresh_token: secrets.refreshToken,
      scope: "a b",
    });
    assert.equal(first?.request.method, "POST");
    assert.match(first?.request.headers["content-type"] ?? "", /^application\/x-www-form-urlencoded/);
    assert.equal(second?.body.has("client_secret"), false);
  });

  it("gives tokens that are kept until a minute before they expire", async () => {
    await using endpoint = await Endpoint.start((response, nth) =>
      json(response, { access_token: `t${nth}`, token_type: "Bearer", expires_in: 3600 }),
    );
    const clock = new HandClock();
    const source = sourceOf(endpoint, {}, clock);
    assert.equal(await source.token(request), "t1");
    clock.turn(3_539_999);
    assert.equal(await source.token(request), "t1");
    clock.turn(1);
    assert.equal(await source.token(request), "t2");
    assert.equal(await source.token({ ...request, refused: true }), "t3");
    assert.equal(await source.token(request), "t3");
    assert.equal(clock.timers, 0);
  });

  it("keeps short-lived tokens for nine tenths of their life, and others not at all", async () => {
    const lives: (number | string | undefined)[] = ["100", undefined, 0, -1, "soon"];
    await using endpoint = await Endpoint.start((response, nth) =>
      json(response, { access_token: `t${nth}`, expires_in: lives[nth - 1] }),
    );
    const clock = new HandClock();
    const source = sourceOf(endpoint, {}, clock);
    await source.token(request);
    clock.turn(89_999);
    assert.equal(await source.token(request), "t1");
    clock.turn(1);
    for (const nth of [2, 3, 4, 5]) assert.equal(await source.token(request), `t${nth}`);
  });

  it("is no longer used after it is replaced, and the new one is reported", async () => {
    const told: string[] = [];
    await using endpoint = await Endpoint.start((response, nth) =>
      json(response, { access_token: `t${nth}`, refresh_token: nth < 3 ? `r${nth}` : "r2" }),
    );
    const source = sourceOf(endpoint, { onRefreshToken: (token) => told.push(token) });
    for (let nth = 0; nth < 4; nth++) await source.token(request);
    const used = endpoint.exchanges.map(({ body }) => body.get("refresh_token"));
    assert.deepEqual(used, [secrets.refreshToken, "r1", "r2", "r2"]);
    assert.deepEqual(told, ["r1", "r2"]);
    endpoint.exchanges.length = 0;
    const together = sourceOf(endpoint);
    await Promise.all([together.token(request), together.token({ ...request, refused: true })]);
    const inTurn = endpoint.exchanges.map(({ body }) => body.get("refresh_token"));
    assert.deepEqual(inTurn, [secrets.refreshToken, "r1"]);
  });

  it("is stored before its access token is used if onRefreshToken returns a promise", async () => {
    await using endpoint = await Endpoint.start((response) =>
      json(response, { access_token: "t1", refresh_token: "r1" }),
    );
    const steps: string[] = [];
    const store = async (token: string) => {
      await new Promise((resolve) => setImmediate(resolve));
      steps.push(`stored ${token}`);
    };
    const source = sourceOf(endpoint, { onRefreshToken: store });
    steps.push(await source.token(request));
    assert.deepEqual(steps, ["stored r1", "t1"]);
  });

  for (const [how, onRefreshToken] of Object.entries({
    throws: () => {
      throw new Error(`no room for ${secrets.clientSecret}`);
    },
    rejects: () => Promise.reject(new Error("the store is away")),
    "throws what cannot be shown": () => {
      throw Object.create(null);
    },
    "rejects twice": () => ({
      // biome-ignore lint/suspicious/noThenProperty: what callers return may be any thenable
      then(_: unknown, reject: (error: Error) => void) {
        reject(new Error("one"));
        throw new Error("two");
      },
    }),
  })) {
    it(`is used, with its access token, although onRefreshToken ${how}`, async () => {
      const warnings: string[] = [];
      const note = ({ message }: Error) => void warnings.push(message);
      process.on("warning", note);
      await using endpoint = await Endpoint.start((response, nth) =>
        json(response, { access_token: `t${nth}`, refresh_token: `r${nth}` }),
      );
      const source = sourceOf(endpoint, { onRefreshToken });
      assert.equal(await source.token(request), "t1");
      assert.equal(await source.token({ ...request, refused: true }), "t2");
      await new Promise((resolve) => setImmediate(resolve));
      process.off("warning", note);
      assert.equal(endpoint.exchanges[1]?.body.get("refresh_token"), "r1");
      assert.equal(warnings.length, 2);
      assert.match(warnings[0] ?? "", /^onRefreshToken failed/);
      assert.ok(!warnings.join().includes(secrets.clientSecret));
    });
  }

  it("is used although onRefreshToken never ends, after the timeout of the exchange", async () => {
    await using endpoint = await Endpoint.start((response) =>
      json(response, { access_token: "t1", refresh_token: "r1" }),
    );
    const clock = new HandClock();
    const called = deferred();
    const never = (): Promise<void> => {
      called.resolve();
      return new Promise(() => {});
    };
    const source = sourceOf(endpoint, { onRefreshToken: never, timeout: 5000 }, clock);
    const token = source.token(request);
    await called.promise;
    clock.turn(5000);
    assert.equal(await token, "t1");
    assert.equal(clock.timers, 0);
  });

  it("does not delay a send that is cancelled while it is stored", async () => {
    await using endpoint = await Endpoint.start((response) =>
      json(response, { access_token: "t1", refresh_token: "r1" }),
    );
    const controller = new AbortController();
    const never = (): Promise<void> => {
      controller.abort();
      return new Promise(() => {});
    };
    const source = sourceOf(endpoint, { onRefreshToken: never }, new HandClock());
    assert.equal(await source.token({ signal: controller.signal, refused: false }), "t1");
  });

  it("is reported with the endpoint's words but without secrets if it is refused", async () => {
    const echo = `it was ${secrets.refreshToken}, ${encodeURIComponent(secrets.clientSecret)}\n\u202e!`;
    for (const [status, answer, expected] of [
      [
        400,
        { error: "invalid_grant", error_description: echo },
        { permanent: true, message: "the token endpoint refused: invalid_grant (it was ***, *** !)" },
      ],
      [401, { error: "invalid_client" }, { permanent: true, message: /invalid_client/ }],
      [200, { error: "invalid_grant" }, { permanent: true, message: /invalid_grant/ }],
      [400, { error: "temporarily_unavailable" }, { transient: true, message: /temporarily/ }],
      [503, { error: "x" }, { transient: true, message: /: x$/ }],
      [503, "<html>", { transient: true, message: /answered 503 without a token/ }],
      [429, "", { transient: true, message: /answered 429/ }],
      [404, "<html>", { transient: false, permanent: false, message: /answered 404/ }],
      [200, "<html>", { permanent: false, message: /answered 200 without a token/ }],
      [200, "null", { permanent: false, message: /without a token/ }],
      [200, {}, { permanent: false, message: /no bearer token/ }],
      [200, { access_token: 5 }, { permanent: false, message: /no bearer token/ }],
      [200, { access_token: "x", token_type: "mac" }, { permanent: false, message: /no bearer token/ }],
    ] as const) {
      await using endpoint = await Endpoint.start((response) => json(response, answer, status));
      await assert.rejects(sourceOf(endpoint).token(request), {
        kind: "authentication",
        delivery: "not-sent",
        ...expected,
      });
    }
  });

  it("is not sent again if the endpoint redirects", async () => {
    await using elsewhere = await Endpoint.start((response) => json(response, { access_token: "stolen" }));
    for (const status of [301, 307]) {
      await using endpoint = await Endpoint.start((response) => {
        response.writeHead(status, { location: elsewhere.url }).end();
      });
      const message = new RegExp(`answered ${status} .* redirects are not followed`);
      await assert.rejects(sourceOf(endpoint).token(request), { kind: "authentication", message });
    }
    assert.equal(elsewhere.exchanges.length, 0);
  });

  it("is awaited no longer than the timeout, nor after every caller has given up", async () => {
    await using endpoint = await Endpoint.start((response) => {
      response.writeHead(200);
      response.write("{");
      reached();
    });
    let reached = () => {};
    const clock = new HandClock();
    const beginning = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const slow = sourceOf(endpoint, { timeout: 50 }, clock).token(request);
    const late = assert.rejects(slow, { kind: "authentication", transient: true, message: /within 50 ms/ });
    await beginning;
    clock.turn(50);
    await late;
    const controller = new AbortController();
    reached = () => controller.abort();
    await assert.rejects(sourceOf(endpoint).token({ ...request, signal: controller.signal }));
    assert.equal(clock.timers, 0);
  });

  it("reads a limited response", async () => {
    await using endpoint = await Endpoint.start((response) => {
      response.writeHead(200);
      const more = () => void response.write(" ".repeat(50_000), (error) => error || more());
      more();
    });
    await assert.rejects(sourceOf(endpoint).token(request), { message: /does not stop answering/ });
  });

  it("is not sent to an endpoint whose certificate does not verify: kind tls", async () => {
    const ca = await CertificateAuthority.shared();
    await using endpoint = await Endpoint.start((response) => json(response, {}), ca.issue());
    await assert.rejects(sourceOf(endpoint).token(request), {
      kind: "tls",
      delivery: "not-sent",
      message: /cannot be trusted \(.*(CERT|SIGNATURE)/,
    });
    assert.equal(endpoint.exchanges.length, 0);
  });

  it("fails transiently if nothing answers", async () => {
    const gone = await Endpoint.start(() => {});
    const source = sourceOf(gone);
    await gone[Symbol.asyncDispose]();
    await assert.rejects(source.token(request), {
      kind: "authentication",
      transient: true,
      message: /cannot be reached \(ECONNREFUSED\)/,
    });
  });
});

describe("Credentials.refreshToken", () => {
  it("refuses wrong options, and endpoints that would get secrets in plaintext", () => {
    const tokenUrl = "https://login.example/token";
    Credentials.refreshToken({ ...options, tokenUrl });
    for (const url of ["http://127.0.0.1/t", "http://127.9.9.9:80/t", "http://[::1]:8080/t"])
      Credentials.refreshToken({ ...options, tokenUrl: url });
    for (const [wrong, message] of [
      [{ tokenUrl: "http://login.example/token" }, /not https/],
      [{ tokenUrl: "http://localhost/token" }, /not https/],
      [{ tokenUrl: "http://127.0.0.1.example/token" }, /not https/],
      [{ tokenUrl: "file:///etc/passwd" }, /not https/],
      [{ tokenUrl: "login.example" }, /tokenUrl: expected a URL/],
      [{ tokenUrl: "https://u:p@login.example/" }, /expected only scheme/],
      [{ tokenUrl: "https://login.example/#x" }, /expected only scheme/],
      [{ tokenUrl: undefined }, /tokenUrl: expected a string that is not empty, got undefined/],
      [{ clientId: "" }, /clientId: expected a string/],
      [{ refreshToken: 5 }, /refreshToken: expected a string that is not empty, got 5/],
      [{ clientSecret: "" }, /clientSecret: .*got an empty string/],
      [{ scope: ["a"] }, /scope: .*got an array/],
      [{ timeout: 0 }, /timeout/],
      [{ onRefreshToken: true }, /onRefreshToken/],
      [{ user: "a\0b" }, /control character/],
      [{ secret: "x" }, /secret/],
    ] as const) {
      const given = { ...options, tokenUrl, ...wrong } as unknown as RefreshTokenOptions;
      assert.throws(
        () => Credentials.refreshToken(given),
        (error) => {
          assert.ok(EnvoiError.is(error));
          assert.equal(error.kind, "configuration");
          assert.match((error as Error).message, message);
          assert.doesNotMatch((error as Error).message, /s3cret|refr3sh/);
          return true;
        },
      );
    }
  });

  it("shows no secret when it is printed", () => {
    const credentials = Credentials.refreshToken({ ...options, tokenUrl: "https://login.example/token" });
    for (const text of [inspect(credentials, { depth: 9, showHidden: true }), JSON.stringify(credentials)])
      assert.doesNotMatch(text, /s3cret|refr3sh/);
  });

  it("logs in many connections with one exchange, and makes another if the token was refused", async () => {
    await using endpoint = await Endpoint.start((response, nth) =>
      json(response, { access_token: nth === 1 ? "stale" : "fresh", expires_in: 3600 }),
    );
    await using server = await TestServer.start({ tls: "implicit", users: { [options.user]: "fresh" } });
    const credentials = Credentials.refreshToken({ ...options, tokenUrl: endpoint.url });
    await using transport = server.builder().credentials(credentials).build();
    await Promise.all(Array.from({ length: 5 }, () => transport.send(mail)));
    assert.equal(server.messages.length, 5);
    assert.equal(endpoint.exchanges.length, 2);
    const refused = server.transcripts.filter((transcript) => /S: 535/.test(String(transcript)));
    assert.equal(refused.length, 1);
  });

  it("fails the send with the endpoint's words, and sends nothing", async () => {
    await using endpoint = await Endpoint.start((response) =>
      json(response, { error: "invalid_grant" }, 400),
    );
    await using server = await TestServer.start({ tls: "implicit", users: { [options.user]: "fresh" } });
    const credentials = Credentials.refreshToken({ ...options, tokenUrl: endpoint.url });
    await using transport = server.builder().credentials(credentials).build();
    await assert.rejects(transport.send(mail), {
      kind: "authentication",
      phase: "auth",
      delivery: "not-sent",
      permanent: true,
      message: /the token could not be fetched: the token endpoint refused: invalid_grant/,
    });
    assert.doesNotMatch(String(server.transcripts[0]), /C: AUTH/);
  });
});
