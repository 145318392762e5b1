import { EnvoiError } from "../../errors.ts";
import { Attachment } from "../../message/attachment.ts";
import { Message } from "../../message/message.ts";
import { ApiError } from "../http/api-error.ts";
import { newMailId } from "../store/mail-id.ts";
import type { MailFacts } from "../store/stored-mail.ts";
import { cleanTags } from "../store/tags.ts";
import type { RequestJson } from "./request-json.ts";

/**
 * Makes a caught mail of what a request to `send` asks for. The mail goes nowhere.
 *
 * @param user as whom the client logged in, by HTTP.
 * @throws ApiError with status 400 for a mail that cannot be built.
 */
export function mailOfRequest(request: RequestJson, user: string | undefined): MailFacts {
  try {
    const message = messageOf(request);
    const { from, to } = message.envelope;
    return {
      id: newMailId(),
      receivedAt: new Date(),
      raw: message.formatted(),
      envelope: { from: from?.toString() ?? "", to: to.map(String) },
      client: { address: "", ...(user !== undefined && { user }) },
    };
  } catch (error) {
    if (error instanceof EnvoiError) throw new ApiError(`error building message: ${error.message}`);
    throw error;
  }
}

function messageOf(request: RequestJson): Message {
  const builder = Message.builder().from(mailboxOf(request.object("From"), "From"));
  for (const each of request.objects("To")) builder.to(mailboxOf(each, "To"));
  for (const each of request.objects("Cc")) builder.cc(mailboxOf(each, "Cc"));
  for (const each of request.texts("Bcc")) builder.bcc(each);
  for (const each of request.objects("ReplyTo")) builder.replyTo(mailboxOf(each, "Reply-To"));
  builder.subject(request.text("Subject"));
  const text = request.text("Text");
  const html = request.text("HTML");
  if (text !== "" || html === "") builder.text(text);
  if (html !== "") builder.html(html);
  const tags = cleanTags(request.texts("Tags"));
  if (tags.length > 0) builder.header("X-Tags", tags.join(", "));
  for (const [name, value] of request.pairs("Headers")) {
    if (RESTRICTED.has(name.toLowerCase()) || (tags.length > 0 && /^x-tags$/i.test(name)))
      throw new ApiError(`cannot overwrite header: "${name}"`);
    builder.header(name, value);
  }
  for (const each of request.objects("Attachments")) builder.attach(attachmentOf(each));
  return builder.build();
}

function mailboxOf(json: RequestJson, field: string): { name?: string; address: string } {
  const address = json.text("Email");
  const name = json.text("Name");
  if (address === "") throw new ApiError(`invalid ${field} address: ${address}`);
  return name === "" ? { address } : { name, address };
}

function attachmentOf(json: RequestJson): Attachment {
  const name = json.text("Filename");
  const type = json.text("ContentType");
  const contentId = json.text("ContentID");
  // Browsers put the type in front: `data:image/png;base64,…`.
  const content = json
    .text("Content")
    .replace(/^[\s\S]*,/, "")
    .replace(/\s+/g, "");
  if (!/^[\w+/-]*={0,2}$/.test(content) || content.replace(/=+$/, "").length % 4 === 1)
    throw new ApiError(`error decoding base64 attachment "${name}": illegal base64 data`);
  const octets = Buffer.from(content, "base64");
  const attachment = Attachment.fromBytes(name || "attachment", octets, type || undefined);
  return contentId === "" ? attachment : attachment.inline(contentId);
}

/** The fields that have a field of their own in the request, or that the builder writes. */
const RESTRICTED = new Set(
  "to from cc bcc reply-to date subject content-type content-transfer-encoding mime-version".split(" "),
);
