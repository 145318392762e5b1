import { closesConnection } from "../closing-reply.ts";
import { formatCommand } from "../command.ts";
import { DataWriter, dataText } from "../data.ts";
import { type Dialogue, heard, type Pieces, read, toRead, type Write, write } from "../dialogue.ts";
import { Failure } from "../failure.ts";
import { ChunkedStream } from "./chunked-stream.ts";
import { completion } from "./completion.ts";
import { isNegative, type Ledger } from "./ledger.ts";
import type { MailTransaction, Octets } from "./mail-transaction.ts";

/** Makes what is sent together with content if that is one write: the envelope of the next mail, or nothing. */
export type Follow = (() => string) | undefined;

/** Whether the content of a mail is sent by BDAT (RFC 3030) instead of DATA. */
export function goesByChunks({ parameters }: Pick<MailTransaction, "parameters">): boolean {
  return parameters.BODY === "BINARYMIME";
}

/** Sends the content to a server that waits for it, and reads the reply. */
export function* sayContent(mail: MailTransaction, follow: Follow, ledger: Ledger): Dialogue<void> {
  mail.contentStarts?.();
  const chunked = goesByChunks(mail);
  const stream = chunked && isStream(mail.content) ? new ChunkedStream(mail.content) : undefined;
  try {
    if (stream !== undefined) yield* streamInChunks(stream, ledger);
    else if (chunked) yield* lastChunk(toBuffers(mail.content as Exclude<Octets, Stream>), follow);
    else if (isOneWrite(mail.content)) yield dataAndEnd(mail.content, follow);
    else yield* dataInPieces(mail.content);
  } catch (failure) {
    yield* earlyVerdict(ledger);
    throw failure;
  }
  if (ledger.takenBack !== undefined) return;
  ledger.handedOver = true;
  if (stream !== undefined) yield* chunkReplies(stream.count, ledger);
  const due = ledger.finalsDue;
  for (let i = 0; i < due; i++) ledger.finalReplies.push(completion(heard(yield toRead("final")), "final"));
}

type Stream = AsyncIterable<Buffer>;

function isStream(content: Octets): content is Stream {
  return typeof content !== "string" && Symbol.asyncIterator in content;
}

function toBuffers(content: string | readonly Buffer[]): readonly Buffer[] {
  if (typeof content !== "string") return content;
  return content === "" ? [] : [Buffer.from(content)];
}

/**
 * Sends the content in chunks. If the source fails between them, nothing of the next mail was sent, and RSET takes the
 * mail back.
 */
function* streamInChunks(stream: ChunkedStream, ledger: Ledger): Dialogue<void> {
  yield* write(stream.chunks(), "content");
  ledger.takenBack = stream.failure;
  if (stream.failure === undefined) {
    yield* lastChunk([stream.rest], undefined, stream.count);
    return;
  }
  try {
    yield* write(formatCommand({ verb: "RSET" }), "reset", undefined, stream.count);
    yield* chunkReplies(stream.count, ledger);
    ledger.spoilt = closesConnection(yield* read("reset"));
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    // The reason why the mail is taken back is what the caller must get.
    ledger.spoilt = true;
  }
}

function* chunkReplies(count: number, ledger: Ledger): Dialogue<void> {
  for (let i = 0; i < count; i++) {
    const reply = completion(yield* read("content"), "content");
    if (isNegative(reply)) ledger.contentRefusal ??= reply;
  }
}

function* lastChunk(content: readonly Buffer[], follow: Follow, owed = 0): Dialogue<void> {
  const size = sizeOf(content);
  const header = formatCommand({ verb: "BDAT", size, last: true });
  if (size <= ONE_WRITE) {
    const behind = follow?.() ?? "";
    yield* write([header, ...content, behind], "content", header + behind, owed);
    return;
  }
  const { most, end } = endApart([Buffer.from(header), ...content]);
  yield* write(inSteps(most), "content", header, owed);
  yield* write([end], "content", undefined, owed);
}

/** Whether content goes out in one write. */
function isOneWrite(content: Octets): content is Exclude<Octets, Stream> {
  return typeof content === "string" || (!isStream(content) && sizeOf(content) <= ONE_WRITE);
}

function dataAndEnd(content: Exclude<Octets, Stream>, follow: Follow): Write {
  const behind = follow?.() ?? "";
  if (typeof content === "string") {
    const [text, end] = dataText(content);
    return { write: [text, end, behind], phase: "content", commands: behind };
  }
  const writer = new DataWriter();
  const pieces = content.map((piece) => writer.write(piece));
  return { write: [...pieces, writer.end(), behind], phase: "content", commands: behind };
}

/** The mail is not sent until the socket has taken the last octet, so the end is a write of its own. */
function* dataInPieces(content: Exclude<Octets, string>): Dialogue<void> {
  const writer = new DataWriter();
  yield* write(dotStuffed(content, writer), "content");
  yield* write([writer.end()], "content");
}

/** A server that refuses content before its end may have said why it closed the connection. */
function* earlyVerdict(ledger: Ledger): Dialogue<void> {
  try {
    while (ledger.contentRefusal === undefined) {
      const reply = yield* read("final");
      if (isNegative(reply)) ledger.contentRefusal = reply;
    }
  } catch {
    // It sends nothing more.
  }
}

/** Content up to this many octets is one write. Larger content waits until the socket has taken each piece. */
const ONE_WRITE = 65_536;

function sizeOf(pieces: readonly Buffer[]): number {
  let size = 0;
  for (const { length } of pieces) size += length;
  return size;
}

/** Separates the last octets: until the socket has taken them, the mail is not sent. */
function endApart(pieces: readonly Buffer[]): { most: readonly Buffer[]; end: Buffer } {
  const last = pieces.findLastIndex(({ length }) => length > 0);
  const piece = pieces[last] as Buffer;
  const at = Math.max(0, piece.length - ONE_WRITE);
  return { most: [...pieces.slice(0, last), piece.subarray(0, at)], end: piece.subarray(at) };
}

function* inSteps(pieces: readonly Buffer[]): Generator<Buffer> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += ONE_WRITE) yield piece.subarray(at, at + ONE_WRITE);
  }
}

function dotStuffed(content: Exclude<Octets, string>, writer: DataWriter): Pieces {
  return isStream(content) ? stuffedStream(content, writer) : stuffedPieces(content, writer);
}

async function* stuffedStream(content: Stream, writer: DataWriter): AsyncGenerator<Buffer> {
  for await (const piece of content) yield* stuffedPieces([piece], writer);
}

function* stuffedPieces(content: readonly Buffer[], writer: DataWriter): Generator<Buffer> {
  for (const piece of inSteps(content)) yield writer.write(piece);
}
