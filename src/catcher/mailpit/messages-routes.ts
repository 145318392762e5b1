import type { Hono } from "hono";
import { ApiError } from "../http/api-error.ts";
import type { StoredMail } from "../store/stored-mail.ts";
import { isBefore, type Mailbox, readPage, type SearchRequest } from "./mailbox.ts";
import type { SummaryJson } from "./message-json.ts";
import { RequestJson } from "./request-json.ts";

/** A list of mails. */
export interface MessagesJson {
  /** How many mails there are, whatever was asked for. */
  readonly total: number;
  readonly unread: number;
  /** How many are in this answer. */
  readonly count: number;
  /** How many fulfil the search. */
  readonly messages_count: number;
  readonly messages_unread: number;
  readonly start: number;
  readonly tags: readonly string[];
  readonly messages: readonly SummaryJson[];
}

/** The routes of lists: `/api/v1/messages` and `/api/v1/search`. */
export function messagesRoutes(app: Hono, mailbox: () => Promise<Mailbox>): void {
  app.get("/api/v1/messages", async ({ req, json }) => {
    const box = await mailbox();
    const { start, limit, before } = readPage((name) => req.query(name));
    const mails = box.newestFirst.filter((mail) => isBefore(mail, before));
    // In mailpit, no limit is no page either.
    const page = limit === 0 ? mails : mails.slice(start, start + limit);
    const { count, unread } = box.store;
    return json(await messagesJson(box, page, start, { count, unread }, req.raw.signal));
  });

  app.put("/api/v1/messages", async ({ req, text }) => {
    const box = await mailbox();
    const body = RequestJson.read(await req.text());
    const ids = body.texts("IDs");
    const query = body.text("Search");
    const isRead = body.flag("Read");
    if (ids.length > 0 && query !== "")
      throw new ApiError("You may specify either IDs or a search query, not both");
    box.store.setRead(await chosen(box, ids, { text: query, zone: req.query("tz") }), isRead);
    return text("ok");
  });

  app.delete("/api/v1/messages", async ({ req, text, body: empty }) => {
    const box = await mailbox();
    const body = await req.text();
    const ids = body.trim() === "" ? [] : RequestJson.read(body).texts("IDs");
    if (ids.length === 0) box.store.truncate();
    else box.store.delete(box.withIds(ids));
    return isMailHogClient(req.raw.headers) ? empty(null) : text("ok");
  });

  app.get("/api/v1/search", async ({ req, json }) => {
    const box = await mailbox();
    const text = searchOf(req.query("query"));
    const { start, limit, before } = readPage((name) => req.query(name));
    const { signal } = req.raw;
    const found = await box.search({ text, zone: req.query("tz"), before, signal });
    const matching = { count: found.length, unread: found.filter(({ isRead }) => !isRead).length };
    return json(await messagesJson(box, found.slice(start, start + limit), start, matching, signal));
  });

  app.delete("/api/v1/search", async ({ req, text }) => {
    const box = await mailbox();
    // No signal: what was asked for is deleted, even if the page that asked has been closed.
    box.store.delete(await box.search({ text: searchOf(req.query("query")), zone: req.query("tz") }));
    return text("ok");
  });
}

function searchOf(query: string | undefined): string {
  const trimmed = (query ?? "").trim();
  if (trimmed === "") throw new ApiError("Error: no search query");
  return trimmed;
}

/** The mails of these ids, or those that a search finds, or all. */
async function chosen(
  box: Mailbox,
  ids: readonly string[],
  query: SearchRequest,
): Promise<readonly StoredMail[]> {
  if (ids.length > 0) return box.withIds(ids);
  return query.text === "" ? box.store.mails : await box.search(query);
}

/**
 * The npm package mailhog takes any content for JSON, so it needs the empty answer of MailHog. It sends neither of
 * these headers; browsers and the clients of mailpit do.
 */
function isMailHogClient(headers: Headers): boolean {
  return !headers.has("accept") && !headers.has("user-agent");
}

async function messagesJson(
  box: Mailbox,
  page: readonly StoredMail[],
  start: number,
  matching: { readonly count: number; readonly unread: number },
  signal: AbortSignal,
): Promise<MessagesJson> {
  const messages = await box.summaries(page, signal);
  return {
    total: box.store.count,
    unread: box.store.unread,
    count: messages.length,
    messages_count: matching.count,
    messages_unread: matching.unread,
    start,
    tags: box.tags,
    messages,
  };
}
