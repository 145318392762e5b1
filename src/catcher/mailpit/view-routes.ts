import type { Context, Hono } from "hono";
import { ApiError } from "../http/api-error.ts";
import { readBody } from "../reading/content-facts.ts";
import type { MailBody } from "../reading/mail-body.ts";
import type { StoredMail } from "../store/stored-mail.ts";
import { htmlView } from "../view/html-view.ts";
import type { InlineImage } from "../view/image-sources.ts";
import { viewHeaders } from "../view/view-policy.ts";
import type { Mailbox } from "./mailbox.ts";
import type { AttachmentJson, MessageJson } from "./message-json.ts";
import { mailOf } from "./message-routes.ts";

/** The routes below `/view`: a mail as HTML or text, and the way to it in the page. */
export function viewRoutes(app: Hono, mailbox: () => Promise<Mailbox>): void {
  app.get("/view/:name{[^/]+\\.html}", async (context) => {
    const box = await mailbox();
    const mail = await named(context, box, ".html");
    box.store.setRead([mail], true);
    const message = await box.message(mail);
    if (message.HTML === "") throw new ApiError("This message does not contain a HTML part", 404);
    if (isShown(context)) {
      const inline = inlineImages(readBody(mail.raw, box.decode));
      const { html } = await htmlView(message.HTML, { inline, signal: context.req.raw.signal });
      return context.body(html, 200, viewHeaders({ remote: false }));
    }
    return context.body(withParts(message), 200, viewHeaders({ remote: false }));
  });

  app.get("/view/:name{[^/]+\\.txt}", async (context) => {
    const box = await mailbox();
    const mail = await named(context, box, ".txt");
    box.store.setRead([mail], true);
    return context.body((await box.message(mail)).Text, 200, { "content-type": "text/plain; charset=utf-8" });
  });

  app.get("/view/:id", async (context) => {
    const box = await mailbox();
    const id = context.req.param("id");
    if (id !== "latest") return context.redirect(`/#/message/${encodeURIComponent(id)}`);
    // The page says if there is none.
    const mail = await latest(context, box);
    return context.redirect(mail === undefined ? "/" : `/view/${mail.id}`);
  });
}

async function latest(context: Context, box: Mailbox): Promise<StoredMail | undefined> {
  try {
    return await mailOf(context, box, "latest");
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

async function named(context: Context, box: Mailbox, ending: string): Promise<StoredMail> {
  const id = (context.req.param("name") ?? "").slice(0, -ending.length);
  try {
    return await mailOf(context, box, id);
  } catch (error) {
    throw error instanceof ApiError ? new ApiError("Message not found", 404) : error;
  }
}

/** The HTML of a mail with the addresses of its own parts in place of their Content-IDs. */
function withParts({ ID, HTML, Inline, Attachments }: MessageJson): string {
  const parts = new Map<string, AttachmentJson>();
  for (const part of [...Inline, ...Attachments])
    if (part.ContentID !== "" && !parts.has(part.ContentID.toLowerCase()))
      parts.set(part.ContentID.toLowerCase(), part);
  return HTML.replace(/(=["']?)cid:([^"'\s>;]+)/gi, (whole, before: string, id: string) => {
    const part = parts.get(id.toLowerCase());
    return part === undefined ? whole : `${before}/api/v1/message/${ID}/part/${part.PartID}`;
  });
}

/** Whether a browser is going to show the answer; programs get the HTML as the mail has it. */
function isShown({ req }: Context): boolean {
  const destination = req.header("sec-fetch-dest");
  return (destination !== undefined && destination !== "empty") || req.query("embed") === "1";
}

/** The parts of a mail that its HTML can show, by their Content-IDs. */
function inlineImages({ attachments, inlines, others }: MailBody): ReadonlyMap<string, InlineImage> {
  const images = new Map<string, InlineImage>();
  for (const part of [...inlines, ...others, ...attachments])
    if (part.contentId !== "" && !images.has(part.contentId))
      images.set(part.contentId, { type: part.type, content: part.content });
  return images;
}
