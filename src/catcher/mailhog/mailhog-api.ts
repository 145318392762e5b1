import type { Context } from "hono";
import { decodeBody } from "../../mime/reading/transfer-encoding.ts";
import { loadTextDecoding } from "../../text/charsets/web-charset.ts";
import type { CatcherApi } from "../context.ts";
import { ApiError } from "../http/api-error.ts";
import { octetsOf } from "../http/octets.ts";
import { inSlices } from "../in-slices.ts";
import { releaseMail } from "../mailpit/release-routes.ts";
import { RequestJson } from "../mailpit/request-json.ts";
import type { StoredMail } from "../store/stored-mail.ts";
import { Jim } from "./jim.ts";
import { isSearchKind, mailHogMatches } from "./mailhog-search.ts";
import { type MailHogMessage, mailHogMessage, mailHogPart } from "./message-json.ts";

/**
 * The routes of MailHog that its clients for npm call. `GET /api/v1/messages` is mailpit's, which has the same path;
 * `DELETE` of it means the same in both.
 */
export const mailHogApi: CatcherApi = (app, { store, relay, server }) => {
  const mailOf = (context: Context): StoredMail => {
    const mail = store.find(context.req.param("id") ?? "");
    if (mail === undefined) throw new ApiError("404 page not found", 404);
    return mail;
  };

  app.get("/api/v2/messages", ({ req, json }) => json(page([...store.mails].reverse(), req.query())));

  app.get("/api/v2/search", async ({ req, json }) => {
    const { kind = "", query = "" } = req.query();
    if (!isSearchKind(kind)) throw new ApiError('kind: expected "from", "to" or "containing"');
    if (query === "") throw new ApiError("query: expected a text");
    const found: StoredMail[] = [];
    await inSlices(
      store.mails,
      (mail) => void (mailHogMatches(mail, kind, query) && found.push(mail)),
      req.raw.signal,
    );
    // Mails may be gone since the slice in which they were found.
    const there = found.filter((mail) => store.find(mail.id) === mail);
    return json(page(there.reverse(), req.query()));
  });

  app.get("/api/v1/messages/:id", (context) => context.json(mailHogMessage(mailOf(context))));

  app.delete("/api/v1/messages/:id", (context) => {
    store.delete([mailOf(context)]);
    // The client takes any content for JSON.
    return context.body(null);
  });

  app.get("/api/v1/messages/:id/download", (context) => {
    const { id, raw } = mailOf(context);
    return context.body(octetsOf(raw), 200, {
      "content-type": "message/rfc822",
      "content-disposition": `attachment; filename="${id}.eml"`,
    });
  });

  app.get("/api/v1/messages/:id/mime/part/:part/download", (context) => {
    const mail = mailOf(context);
    const number = context.req.param("part");
    const part = /^\d{1,6}$/.test(number) ? mailHogPart(mail, Number(number)) : undefined;
    if (part === undefined) throw new ApiError("404 page not found", 404);
    return context.body(octetsOf(decodeBody(part.body, part.encoding)), 200, {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${mail.id}-part-${number}"`,
    });
  });

  app.post("/api/v1/messages/:id/release", async (context) => {
    const mail = mailOf(context);
    const body = RequestJson.read(await context.req.text());
    // MailHog sends a mail to any host that a request names: any web page could use it to reach others.
    if (body.text("Host") !== "")
      throw new ApiError("host: a mail is released only to the relay that the catcher was started with");
    await releaseMail(mail, [body.text("Email")], relay, await loadTextDecoding());
    return context.body(null);
  });

  const jim = new Jim(server);
  app.get("/api/v2/jim", ({ json, body }) => {
    const { chances } = jim;
    return chances === undefined ? body(null, 404) : json(chances);
  });
  app.post("/api/v2/jim", ({ body }) => body(null, jim.wake() ? 201 : 400));
  app.delete("/api/v2/jim", ({ body }) => body(null, jim.sleep() ? 200 : 404));
};

/** One page of a list. */
function page(mails: readonly StoredMail[], query: Readonly<Record<string, string>>): object {
  const start = numberOf(query["start"], 0);
  const limit = Math.min(numberOf(query["limit"], 50), MOST);
  const items: MailHogMessage[] = [];
  let octets = 0;
  for (const mail of mails.slice(start, start + limit)) {
    octets += mail.size;
    if (octets > MOST_OCTETS && items.length > 0) break;
    items.push(mailHogMessage(mail));
  }
  return { total: mails.length, count: items.length, start, items };
}

function numberOf(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^\+?\d{1,15}$/.test(text) && Number(text) > 0 ? Number(text) : otherwise;
}

/** How many mails an answer has at most, and how many bytes of mails: they are in it as a whole. */
const MOST = 250;
const MOST_OCTETS = 32 * 1_048_576;
