import type { Hono } from "hono";
import { ApiError } from "../http/api-error.ts";
import type { Mailbox } from "./mailbox.ts";
import { mailOf } from "./message-routes.ts";

/** The route that checks the links of a mail, if the options allow it. */
export function linkCheckRoutes(app: Hono, mailbox: () => Promise<Mailbox>, allowed: boolean): void {
  app.get("/api/v1/message/:id/link-check", async (context) => {
    if (!allowed)
      throw new ApiError("this catcher checks no links: start it with --link-check to allow that");
    const box = await mailbox();
    const mail = await mailOf(context, box);
    box.store.setRead([mail], true);
    const { HTML, Text } = await box.message(mail);
    const [{ webLinks }, { checkLinks }, { LinkProbe }] = await Promise.all([
      import("../link-check/web-links.ts"),
      import("../link-check/link-check.ts"),
      import("../link-check/link-probe.ts"),
    ]);
    const follow = /^(?:1|true)$/.test(context.req.query("follow") ?? "");
    const { signal } = context.req.raw;
    return context.json(await checkLinks(webLinks(HTML, Text), new LinkProbe(), { follow, signal }));
  });
}
