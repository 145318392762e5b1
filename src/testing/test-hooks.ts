import { Collector, collect } from "../server/content/collector.ts";
import type {
  AuthContext,
  AuthVerdict,
  DataContext,
  RecipientContext,
  RecipientVerdict,
  Verdict,
} from "../server/hooks/hooks.ts";
import type { SmtpServerOptions } from "../server/options/options.ts";
import { bounceOf } from "./faults/storage/bounce.ts";
import { type Storage, stored } from "./faults/storage/storage.ts";
import { type CapturedMessage, capturedMessage } from "./messages/captured-message.ts";
import type { CapturedMessages } from "./messages/captured-messages.ts";
import { type MessageParser, octetsHeld } from "./messages/parsed-message.ts";
import type { TestServerOptions } from "./test-server-options.ts";
import type { Transcript } from "./transcripts/transcript.ts";

/** What the laboratory knows about a connection, by the id of its session, and how messages are read. */
export interface SessionRecords {
  /** How the last message of a connection is stored. */
  storageOf(session: string): Storage;
  /** The transcript of a connection. */
  transcriptOf(session: string): Transcript;
  /** A message of a connection was stored: its client must get its reply. */
  caught(session: string): void;
  /** Loads what parses a message when it is looked at. */
  parser(): Promise<MessageParser>;
}

/** The hooks of a TestServer, around those of the test: they accept recipients by default, and store mail. */
export function testHooks(
  options: TestServerOptions,
  caught: CapturedMessages,
  session: SessionRecords,
): Pick<SmtpServerOptions, "auth" | "recipient" | "data"> {
  const { users } = options;
  const open = isOpen(options);
  const auth = options.auth ?? (users && ((context: AuthContext) => authenticate(context, users)));
  return {
    ...(auth && { auth }),
    async recipient(context: RecipientContext): Promise<RecipientVerdict> {
      return (await options.recipient?.(context)) ?? (open ? "accept" : undefined);
    },
    data: (context) => capture(context, options, caught, session),
  };
}

/** Whether every recipient is accepted unless the test refuses it. Not if the test sets rules for relaying. */
export function isOpen({ domains, relay }: TestServerOptions): boolean {
  return domains === undefined && relay === undefined;
}

async function authenticate(
  { user, verify }: AuthContext,
  users: Readonly<Record<string, string>>,
): Promise<AuthVerdict> {
  const secret = Object.hasOwn(users, user) ? users[user] : undefined;
  return secret !== undefined && (await verify(secret)) ? { user } : undefined;
}

/**
 * Captures the message while the test's own hook, if there is one, reads it. A message that the hook refuses is not
 * kept.
 */
async function capture(
  context: DataContext,
  { data, verify }: TestServerOptions,
  caught: CapturedMessages,
  records: SessionRecords,
): Promise<Verdict> {
  const { envelope, session } = context;
  const collected = new Collector();
  const source = context.content[Symbol.asyncIterator]();
  const readRest = async () => {
    for (let next = await source.next(); !next.done; next = await source.next()) collected.add(next.value);
  };
  let left = false;
  const copied = async function* (): AsyncGenerator<Buffer, void, void> {
    try {
      for (let next = await source.next(); !next.done; next = await source.next()) {
        collected.add(next.value);
        yield next.value;
      }
    } finally {
      left = true;
    }
  };
  const content = { [Symbol.asyncIterator]: copied };
  // A hook that stops reading can ask who sent the message, but only once the rest has been read.
  const authentication = async () => {
    if (left) await readRest();
    return await context.authentication();
  };
  const verdict = await data?.({ ...context, content, bytes: () => collect(content), authentication });
  await readRest();
  const storage = records.storageOf(session.id);
  if (verdict !== undefined && verdict.code >= 300) return verdict;
  const raw = exactly(stored(collected.octets(), storage));
  const to = envelope.to.map(({ address }) => address.toString());
  const transcript = records.transcriptOf(session.id);
  const found = verify && { authentication: await context.authentication() };
  const facts = { envelope, session, to, transcript, receivedAt: new Date(), raw, ...found };
  const parse = await records.parser();
  const made = (of: Omit<CapturedMessage, "parsed">) => captured(of, caught, parse);
  const bounce = storage.bounce && bounceOf(facts, storage.bounce);
  // Nothing is awaited from here on, so the client gets its reply.
  records.caught(session.id);
  for (let copy = 0; copy < storage.copies; copy++) caught.add(made(facts));
  if (bounce !== undefined) caught.add(made(bounce));
  return verdict;
}

/** A message whose parsed form counts for what is kept of it. */
function captured(
  facts: Omit<CapturedMessage, "parsed">,
  caught: CapturedMessages,
  parse: MessageParser,
): CapturedMessage {
  return capturedMessage(
    facts,
    () => parse(facts.raw),
    (message) => caught.grew(message, octetsHeld(message.parsed, facts.raw)),
  );
}

/** In memory of exactly its size, so that the limits count what is really kept. */
function exactly(octets: Buffer): Buffer {
  if (octets.length === octets.buffer.byteLength) return octets;
  const copy = Buffer.allocUnsafeSlow(octets.length);
  octets.copy(copy);
  return copy;
}
