import type { ExtensionKeyword } from "../protocol/extensions.ts";
import type {
  AuthContext,
  AuthVerdict,
  DataContext,
  RecipientContext,
  RecipientVerdict,
  Verdict,
} from "../server/hooks.ts";
import type { SmtpServerOptions } from "../server/options.ts";
import { RunningServer } from "../server/running-server.ts";
import type { CapturedMessage, MessageMatch } from "./captured-message.ts";
import { Catch, type WaitOptions } from "./catch.ts";
import { parseMessage } from "./parsed-message.ts";
import { type Transcript, TranscriptWriter } from "./transcript.ts";

/** What a {@link TestServer} is told: nothing, for a start. */
export interface TestServerOptions extends Omit<SmtpServerOptions, "certificates"> {
  /** Who may authenticate, with which password or token. Offers AUTH, over TLS only, and never requires it. */
  readonly users?: Readonly<Record<string, string>>;
  /** Extensions not to offer, as if the server did not know them. */
  readonly without?: readonly ExtensionKeyword[];
  /** Keeps the process alive, which a TestServer does not do by itself: one that a test forgets to close holds up nothing. */
  readonly keepAlive?: boolean;
}

/**
 * A server for tests: it accepts every recipient, keeps every message, and shows everything.
 *
 * @example
 * ```ts
 * await using server = await TestServer.start();
 * await sendReceipt({ host: server.host, port: server.port });
 * const message = await server.waitForMessage({ to: "customer@shop.example" });
 * assert.equal(message.parsed.subject, "Your receipt");
 * ```
 */
export class TestServer implements AsyncDisposable {
  readonly #server: RunningServer;
  readonly #caught: Catch;
  readonly #transcripts: TranscriptWriter[];

  private constructor(server: RunningServer, caught: Catch, transcripts: TranscriptWriter[]) {
    this.#server = server;
    this.#caught = caught;
    this.#transcripts = transcripts;
  }

  /**
   * Starts a server on a free port of this machine, in a few milliseconds.
   *
   * @throws EnvoiError of kind `"configuration"` for options that make no sense, of kind `"connection"` where the port
   * cannot be listened on.
   */
  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const caught = new Catch();
    const transcripts: TranscriptWriter[] = [];
    const server = await RunningServer.start(
      { hostname: "localhost", received: false, ...options, ...hooks(options, caught) },
      {
        banner: "envoi TestServer, which accepts every recipient",
        without: new Set(options.without),
        unref: options.keepAlive !== true,
        observe: (session) => {
          const transcript = new TranscriptWriter(session);
          transcripts.push(transcript);
          return transcript;
        },
      },
    );
    return new TestServer(server, caught, transcripts);
  }

  /** The IP address that is listened on. */
  get host(): string {
    return this.#server.address;
  }

  /** The port that is listened on. */
  get port(): number {
    return this.#server.port;
  }

  /** What has been caught so far, oldest first: a snapshot. */
  get messages(): readonly CapturedMessage[] {
    return this.#caught.messages;
  }

  /** What has been said so far, connection by connection. */
  get transcripts(): readonly Transcript[] {
    return [...this.#transcripts];
  }

  /**
   * The oldest message that is meant and that no earlier call has returned; any, where nothing is said.
   *
   * @throws EnvoiError of kind `"timeout"`, which lists what did arrive; the reason of the signal, if it is aborted.
   */
  waitForMessage(match: MessageMatch = {}, options: WaitOptions = {}): Promise<CapturedMessage> {
    return this.#caught.wait(match, options);
  }

  /** Forgets all messages and the transcripts of connections that are closed. */
  clear(): void {
    this.#caught.clear();
    const open = this.#transcripts.filter(({ closed }) => !closed);
    this.#transcripts.splice(0, this.#transcripts.length, ...open);
  }

  /** Closes at once: connections are cut. */
  close(): Promise<void> {
    return this.#server.close(0);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The hooks of a TestServer around those of the test. */
function hooks(
  options: TestServerOptions,
  caught: Catch,
): Pick<SmtpServerOptions, "auth" | "recipient" | "data"> {
  const { users, domains, relay } = options;
  const open = domains === undefined && relay === undefined;
  const auth = options.auth ?? (users && ((context: AuthContext) => authenticate(context, users)));
  return {
    ...(auth && { auth }),
    async recipient(context: RecipientContext): Promise<RecipientVerdict> {
      return (await options.recipient?.(context)) ?? (open ? "accept" : undefined);
    },
    data: (context) => capture(context, options, caught),
  };
}

async function authenticate(
  { user, verify }: AuthContext,
  users: Readonly<Record<string, string>>,
): Promise<AuthVerdict> {
  const secret = Object.hasOwn(users, user) ? users[user] : undefined;
  return secret !== undefined && (await verify(secret)) ? { user } : undefined;
}

/** Catches the message as the test's own hook, if there is one, reads it; one that the hook refuses does not count. */
async function capture(context: DataContext, { data }: TestServerOptions, caught: Catch): Promise<Verdict> {
  const pieces: Buffer[] = [];
  const content = context.content[Symbol.asyncIterator]();
  const copied = async function* (): AsyncGenerator<Buffer, void, void> {
    for (let next = await content.next(); !next.done; next = await content.next()) {
      pieces.push(next.value);
      yield next.value;
    }
  };
  const verdict = await data?.({ ...context, content: { [Symbol.asyncIterator]: copied } });
  for (let next = await content.next(); !next.done; next = await content.next()) pieces.push(next.value);
  if (verdict !== undefined && verdict.code >= 300) return verdict;
  const raw = Buffer.concat(pieces);
  const { envelope, session } = context;
  const to = envelope.to.map(({ address }) => address.toString());
  caught.add({ envelope, raw, parsed: await parseMessage(raw), session, to, receivedAt: new Date() });
  return verdict;
}
