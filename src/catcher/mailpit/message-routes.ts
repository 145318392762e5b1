import type { Context, Hono } from "hono";
import { readStructure } from "../../mime/reading/entity.ts";
import { ApiError } from "../http/api-error.ts";
import { octetsOf } from "../http/octets.ts";
import { readBody } from "../reading/content-facts.ts";
import { depthFirst, Part } from "../reading/part.ts";
import type { StoredMail } from "../store/stored-mail.ts";
import type { Mailbox } from "./mailbox.ts";
import { headersJson } from "./message-json.ts";

/** The mail that a request names, by its id or as `latest`. */
export function mailOf(
  { req }: Context,
  box: Mailbox,
  id: string = req.param("id") ?? "",
): Promise<StoredMail> {
  return box.find(id, { text: req.query("query"), zone: req.query("tz"), signal: req.raw.signal });
}

/** The routes that show a mail: `/api/v1/message/{id}` and what is below it. */
export function messageRoutes(app: Hono, mailbox: () => Promise<Mailbox>): void {
  app.get("/api/v1/message/:id", async (context) => {
    const box = await mailbox();
    const mail = await mailOf(context, box);
    box.store.setRead([mail], true);
    return context.json(await box.message(mail));
  });

  app.get("/api/v1/message/:id/headers", async (context) => {
    const mail = await mailOf(context, await mailbox());
    return context.json(headersJson(mail.raw));
  });

  app.get("/api/v1/message/:id/raw", async (context) => {
    const mail = await mailOf(context, await mailbox());
    if (context.req.query("dl") === "1")
      context.header("content-disposition", `attachment; filename="${mail.id}.eml"`);
    return context.body(octetsOf(mail.raw), 200, { "content-type": "text/plain; charset=utf-8" });
  });

  app.get("/api/v1/message/:id/part/:part", async (context) => {
    const box = await mailbox();
    const part = partOf(await mailOf(context, box), context.req.param("part"), box);
    if (part === undefined) throw new ApiError("404 page not found", 404);
    return context.body(octetsOf(part.content), 200, partHeaders(part));
  });

  app.get("/api/v1/message/:id/part/:part/thumb", async (context) => {
    const box = await mailbox();
    const part = partOf(await mailOf(context, box), context.req.param("part"), box);
    if (part === undefined) throw new ApiError("attachment not found");
    // The page makes it small. Nothing here takes images apart: small files can be huge images.
    return PICTURES.has(part.type)
      ? context.body(octetsOf(part.content), 200, partHeaders(part))
      : context.body(octetsOf(BLANK), 200, { "content-type": "image/png" });
  });

  app.get("/api/v1/message/:id/html-check", async (context) => {
    const box = await mailbox();
    const mail = await mailOf(context, box);
    const html = readBody(mail.raw, box.decode).html?.text ?? "";
    if (html === "") throw new ApiError("message does not contain HTML");
    const { htmlCheck } = await import("../html-check/html-check.ts");
    return context.json(htmlCheck(html));
  });

  app.get("/api/v1/message/:id/sa-check", () => {
    throw new ApiError("this catcher has no SpamAssassin", 404);
  });
}

/** The part with a number, unless it only holds other parts. */
function partOf(mail: StoredMail, id: string, box: Mailbox): Part | undefined {
  const root = new Part(readStructure(mail.raw).message, box.decode);
  return depthFirst(root).find((part) => part.id === id && !part.isMultipart);
}

/** The headers of a part. With the policy that all answers have, nothing in it runs. */
function partHeaders(part: Part): Record<string, string> {
  // Half of a character cannot be encoded.
  const name = (part.fileName || part.contentId).replace(/[\ud800-\udfff]/gu, "\ufffd");
  return {
    // The text of parts is in UTF-8, whatever it was in the mail.
    "content-type": SAFE_TYPE.test(part.type) ? part.type : "application/octet-stream",
    "content-disposition": `inline; filename="${encodeURIComponent(name)}"`,
  };
}

const SAFE_TYPE = /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}$/;

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif"]);

/** An image of one white pixel. */
const BLANK: Buffer = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg==",
  "base64",
);
