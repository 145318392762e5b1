import { memoryUsage } from "node:process";
import type { Hono } from "hono";
import type { CatcherContext } from "../context.ts";
import type { Mailbox } from "./mailbox.ts";
import { swagger } from "./swagger.ts";
import { VERSION } from "./version.ts";

/** How many mails came and went since the first request, besides those that were there. */
export interface MailCounts {
  readonly accepted: number;
  readonly octets: number;
  /** How often clients of the SMTP server were refused. */
  readonly rejected: number;
  readonly deleted: number;
}

/** The routes that tell about the catcher itself. */
export function aboutRoutes(
  app: Hono,
  mailbox: () => Promise<Mailbox>,
  counts: () => MailCounts,
  { keep, startedAt, relay }: CatcherContext,
): void {
  app.get("/api/v1/info", async ({ json }) => {
    const { store } = await mailbox();
    const { accepted, octets, rejected, deleted } = counts();
    const tags = new Map<string, number>();
    for (const { tags: each } of store.mails) for (const tag of each) tags.set(tag, (tags.get(tag) ?? 0) + 1);
    return json({
      Version: VERSION,
      LatestVersion: "disabled",
      Database: keep ?? "",
      DatabaseSize: store.octets,
      Messages: store.count,
      Unread: store.unread,
      Tags: Object.fromEntries(tags),
      RuntimeStats: {
        Uptime: Math.floor((Date.now() - startedAt.getTime()) / 1000),
        Memory: memoryUsage.rss(),
        MessagesDeleted: deleted,
        SMTPAccepted: accepted,
        SMTPAcceptedSize: octets,
        SMTPRejected: rejected,
        SMTPIgnored: 0,
      },
    });
  });

  app.get("/api/v1/webui", ({ json }) => {
    const allowed = relay === undefined ? "" : allowedPattern(relay.allowed);
    return json({
      Label: "",
      MessageRelay: {
        Enabled: relay !== undefined,
        SMTPServer: relay?.url.replace(/^[a-z+]+:\/\//, "").replace(/[/?].*$/, "") ?? "",
        ReturnPath: "",
        AllowedRecipients: allowed,
        BlockedRecipients: "",
        OverrideFrom: "",
        PreserveMessageIDs: true,
        RecipientAllowlist: allowed,
      },
      SpamAssassin: false,
      ChaosEnabled: true,
      DuplicatesIgnored: false,
      HideDeleteAllButton: false,
    });
  });

  app.get("/api/v1/swagger.json", ({ json }) => json(swagger()));
  app.get("/livez", ({ body }) => body(null));
  app.get("/readyz", ({ body }) => body(null));
  app.options("/api/v1/*", ({ text }) => text(""));
}

/** A regular expression for the recipients that are allowed, as mailpit names them; empty for all. */
function allowedPattern(allowed: readonly string[]): string {
  const forms = allowed.map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const ends = forms.map((form) => (form.startsWith("@") ? `${form}$` : `^${form}$`));
  return ends.length === 0 ? "" : `(?:${ends.join("|")})`;
}
