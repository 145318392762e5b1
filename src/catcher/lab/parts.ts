import { decodeWords } from "../../mime/reading/encoded-words.ts";
import { type Entity, readStructure } from "../../mime/reading/entity.ts";
import { firstValue } from "../../mime/reading/head.ts";
import { parameter } from "../../mime/reading/structured-value.ts";
import { decodeBody } from "../../mime/reading/transfer-encoding.ts";
import { loadTextDecoding, type TextDecoding } from "../../text/charsets/web-charset.ts";
import type { StoredMail } from "../store/stored-mail.ts";
import type { InlineImage } from "../view/image-sources.ts";

/** A part of a mail, in the tree of its parts. */
export interface PartJson {
  /** Its place, as IMAP counts: `"1"` is the mail, `"1.2"` its second part. */
  readonly id: string;
  readonly type: string;
  readonly charset?: string;
  /** The transfer encoding. */
  readonly encoding?: string;
  readonly disposition?: string;
  readonly name?: string;
  readonly contentId?: string;
  /** The size of the content in bytes, decoded. */
  readonly size: number;
  readonly parts?: readonly PartJson[];
}

/** The content of a part, and how it is called. */
export interface PartContent {
  readonly type: string;
  readonly charset: string | undefined;
  readonly name: string | undefined;
  readonly content: Buffer;
}

/** The tree of the parts of a mail. */
export async function partTree({ raw }: StoredMail): Promise<PartJson> {
  return partJson(readStructure(raw).message, "1", await loadTextDecoding());
}

/** The content of one part. @returns `undefined` if the mail has no such part. */
export async function partContent({ raw }: StoredMail, id: string): Promise<PartContent | undefined> {
  const [first, ...places] = id.split(".");
  if (first !== "1") return undefined;
  let entity: Entity | undefined = readStructure(raw).message;
  for (const place of places)
    entity = /^[1-9]\d{0,5}$/.test(place) ? entity?.parts[Number(place) - 1] : undefined;
  if (entity === undefined) return undefined;
  return {
    type: entity.type.value,
    charset: entity.type.parameters.get("charset"),
    name: nameOf(entity, await loadTextDecoding()),
    content: decodeBody(entity.body, entity.encoding),
  };
}

/** The images of a mail by their Content-ID. */
export function inlineImages({ parsed }: StoredMail): ReadonlyMap<string, InlineImage> {
  const images = new Map<string, InlineImage>();
  for (const { contentId, type, content } of parsed.attachments) {
    const id = contentId?.trim() ?? "";
    if (id !== "" && type.startsWith("image/") && !images.has(id)) images.set(id, { type, content });
  }
  return images;
}

/** Parts are nested only so deep: the structure is read up to a limit. */
function partJson(entity: Entity, id: string, decode: TextDecoding): PartJson {
  const { type, encoding, disposition, fields, parts, body } = entity;
  const isMultipart = type.value.startsWith("multipart/");
  const charset = type.parameters.get("charset");
  const name = nameOf(entity, decode);
  const contentId = firstValue(fields, "content-id")?.replace(/^<|>$/g, "");
  return {
    id,
    type: type.value,
    ...(charset !== undefined && { charset }),
    ...(encoding !== "" && { encoding }),
    ...(disposition.value !== "" && { disposition: disposition.value }),
    ...(name !== undefined && { name }),
    ...(contentId !== undefined && { contentId }),
    size: isMultipart ? body.length : decodeBody(body, encoding).length,
    ...(isMultipart && { parts: parts.map((part, at) => partJson(part, `${id}.${at + 1}`, decode)) }),
  };
}

function nameOf({ disposition, type }: Entity, decode: TextDecoding): string | undefined {
  const name = parameter(disposition, "filename", decode) ?? parameter(type, "name", decode);
  return name === undefined ? undefined : decodeWords(name, decode);
}
