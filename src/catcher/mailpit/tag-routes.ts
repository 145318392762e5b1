import type { Hono } from "hono";
import { ApiError } from "../http/api-error.ts";
import type { StoredMail } from "../store/stored-mail.ts";
import { cleanTag, cleanTags } from "../store/tags.ts";
import type { Mailbox } from "./mailbox.ts";
import { RequestJson } from "./request-json.ts";

/** The routes of tags. */
export function tagRoutes(app: Hono, mailbox: () => Promise<Mailbox>): void {
  app.get("/api/v1/tags", async ({ json }) => json((await mailbox()).tags));

  app.put("/api/v1/tags", async ({ req, text }) => {
    const box = await mailbox();
    const body = RequestJson.read(await req.text());
    const mails = box.withIds(body.texts("IDs"));
    const known = new Map(box.tags.map((tag) => [tag.toLowerCase(), tag]));
    // A tag keeps the case in which it was first written.
    const tags = cleanTags(body.texts("Tags")).map((tag) => known.get(tag.toLowerCase()) ?? tag);
    box.store.setTags(mails, tags.sort());
    return text("ok");
  });

  app.put("/api/v1/tags/:tag", async ({ req, text }) => {
    const box = await mailbox();
    const old = req.param("tag");
    const wanted = RequestJson.read(await req.text()).text("Name");
    const name = cleanTag(wanted);
    if (name === "") throw new ApiError(`invalid tag name: ${name}`);
    if (old === name) return text("ok");
    const mails = tagged(box, old);
    const same = old.toLowerCase() === name.toLowerCase();
    if (!same && isUsed(box, name)) throw new ApiError(`tag already exists: ${name}`);
    change(box, mails, (tags) => [...without(tags, old), name].sort());
    return text("ok");
  });

  app.delete("/api/v1/tags/:tag", async ({ req, text }) => {
    const box = await mailbox();
    const tag = req.param("tag");
    change(box, tagged(box, tag), (tags) => without(tags, tag));
    return text("ok");
  });
}

/** The mails with a tag. @throws ApiError with status 400 if there are none. */
function tagged(box: Mailbox, tag: string): StoredMail[] {
  const mails = box.store.mails.filter(({ tags }) => without(tags, tag).length < tags.length);
  if (mails.length === 0) throw new ApiError(`tag not found: ${tag}`);
  return mails;
}

function isUsed(box: Mailbox, tag: string): boolean {
  return box.tags.some((each) => each.toLowerCase() === tag.toLowerCase());
}

function without(tags: readonly string[], tag: string): string[] {
  return tags.filter((each) => each.toLowerCase() !== tag.toLowerCase());
}

/** Changes the tags of mails, those with the same tags together. */
function change(
  box: Mailbox,
  mails: readonly StoredMail[],
  to: (tags: readonly string[]) => readonly string[],
): void {
  const groups = new Map<string, StoredMail[]>();
  for (const mail of mails) {
    const key = JSON.stringify(mail.tags);
    groups.set(key, [...(groups.get(key) ?? []), mail]);
  }
  for (const group of groups.values()) box.store.setTags(group, to(group[0]?.tags ?? []));
}
