import type { Duplex } from "node:stream";
import { Failure } from "../../protocol/failure.ts";
import { withoutSecrets } from "../../protocol/masking/known-secrets.ts";
import { codeOf } from "./connection-failures.ts";
import type { ProxyServer } from "./proxy-server.ts";
import { placeOf } from "./server-stream.ts";

/**
 * Asks an HTTP proxy for a tunnel (RFC 9110 9.3.6). Bytes of the server that arrived with the proxy's answer are left
 * in the socket.
 *
 * @throws Failure of kind `"connection"`, or `"authentication"` if the proxy does not accept the login.
 */
export async function tunnel(
  socket: Duplex,
  proxy: Pick<ProxyServer, "login">,
  target: { readonly host: string; readonly port: number },
): Promise<void> {
  const answer = readHead(socket);
  socket.write(request(proxy.login, placeOf(target.host, target.port)));
  const status = statusOf(await answer);
  if (status.code >= 200 && status.code <= 299) return;
  throw refused({ code: status.code, text: masked(status.text, proxy.login) });
}

function request(login: ProxyServer["login"], place: string): string {
  const lines = [`CONNECT ${place} HTTP/1.1`, `Host: ${place}`];
  if (login !== undefined) {
    lines.push(`Proxy-Authorization: Basic ${basic(login)}`);
  }
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** RFC 7617. */
function basic({ user, password }: NonNullable<ProxyServer["login"]>): string {
  return Buffer.from(`${user}:${password}`).toString("base64");
}

/** The text without the login: a proxy may repeat what it was sent. */
function masked(text: string, login: ProxyServer["login"]): string {
  return login === undefined ? text : withoutSecrets(text, [basic(login), login.password]);
}

/** The head of the answer, up to its empty line. */
function readHead(socket: Duplex): Promise<string> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const stop = () => {
      socket.pause();
      socket.off("data", onData).off("end", onEnd).off("close", onEnd).off("error", onError);
    };
    const fail = (how: string, cause?: Error) => {
      stop();
      reject(wrong(`the proxy ${how} before it answered`, cause));
    };
    const onEnd = () => fail("closed the connection");
    const onError = (error: Error) => fail(`broke the connection (${codeOf(error)})`, error);
    const onData = (chunk: Buffer) => {
      // The empty line may have begun in the chunk before.
      const from = Math.max(0, head.length - 3);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n\r\n", from);
      if (end === -1 && head.length <= LONGEST_HEAD) return;
      stop();
      if (end === -1) return reject(wrong(`the proxy answered with more than ${LONGEST_HEAD} octets`));
      const rest = head.subarray(end + 4);
      if (rest.length > 0) socket.unshift(rest);
      resolve(head.toString("latin1", 0, end));
    };
    socket.on("data", onData).on("end", onEnd).on("close", onEnd).on("error", onError).resume();
  });
}

/** Octets. Answers of proxies are usually a few hundred octets long. */
const LONGEST_HEAD = 16_384;

interface Status {
  readonly code: number;
  readonly text: string;
}

function statusOf(head: string): Status {
  const match = /^HTTP\/1\.[01] (\d{3})(?: ([^\r\n]{0,200}))?/.exec(head);
  if (match === null) throw wrong("the proxy does not speak HTTP on this port", undefined, true);
  return { code: Number(match[1]), text: `${match[1]} ${printable(match[2] ?? "")}`.trim() };
}

function refused({ code, text }: Status): Failure {
  if (code === 407) {
    const message = `the proxy requires a login, or does not accept this one: ${text}`;
    return new Failure({ kind: "authentication", phase: "connect", message, permanent: true });
  }
  const forGood = code >= 400 && code < 500 && code !== 408 && code !== 429;
  return wrong(`the proxy refused to connect: ${text}`, undefined, forGood);
}

function wrong(message: string, cause?: Error, permanent = false): Failure {
  return new Failure({
    kind: "connection",
    phase: "connect",
    message,
    cause,
    transient: !permanent,
    permanent,
  });
}

function printable(text: string): string {
  return text.replace(/[^ -~]/g, "?");
}
