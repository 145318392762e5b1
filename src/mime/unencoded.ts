import { toCrlf } from "../text/lines.ts";
import { always, type Body, gathered } from "./body-encoding.ts";
import { contentError } from "./content-error.ts";
import { MailLines } from "./mail-lines.ts";
import { MessageError, wrongField } from "./message-error.ts";

/**
 * Types whose content is ASCII and must not be encoded: RFC 2046 section 5.2 (partial, external-body), RFC 3464
 * section 2.1, RFC 8098 section 3, RFC 5965 section 2, RFC 3886 section 2.
 */
const unencodedTypes =
  /^message\/(?:partial|external-body|delivery-status|disposition-notification|feedback-report|tracking-status)$/;

/** Whether content of this type must not be encoded. */
export function isUnencoded(essence: string): boolean {
  return unencodedTypes.test(essence);
}

/** @throws MessageError if the content is not lines of ASCII. */
export function unencodedBody(content: string | Uint8Array, essence: string, field: string): Body {
  if (typeof content !== "string" && !(content instanceof Uint8Array))
    throw wrongField(field, "a string or a Uint8Array", content);
  const octets = typeof content === "string" ? Buffer.from(toCrlf(content)) : content;
  const lines = new MailLines();
  const written = Buffer.concat([lines.push(octets), lines.end()]);
  if (lines.whole && !lines.eightBit)
    return { ...always({ encoding: "7bit", content: written }), octets: () => written };
  throw new MessageError(
    `${field}: expected lines of at most 998 ASCII characters, because ${essence} must not be encoded`,
    { field },
  );
}

/** The same for content that is read when it is sent. If it is anything else, sending fails with kind `content`. */
export function unencodedStream(open: () => AsyncIterable<Uint8Array>, essence: string): Body {
  async function* content(): AsyncGenerator<Buffer> {
    const lines = new MailLines();
    for await (const piece of open()) {
      const octets = lines.push(piece);
      if (!lines.whole || lines.eightBit) throw unfit(essence);
      yield octets;
    }
    if (lines.end().length > 0) throw unfit(essence);
  }
  const load = async (): Promise<Body> => always({ encoding: "7bit", content: await gathered(content()) });
  return { ...always({ encoding: "7bit", content }), load };
}

function unfit(essence: string): Error {
  return contentError(`expected lines of ASCII from the source, because ${essence} must not be encoded`);
}
