import { caughtBy } from "../../testing/messages/captured-messages.ts";
import { loadTextDecoding } from "../../text/charsets/web-charset.ts";
import type { CatcherApi } from "../context.ts";
import { aboutRoutes, type MailCounts } from "./about-routes.ts";
import { chaosRoutes } from "./chaos-routes.ts";
import { Events } from "./events.ts";
import { linkCheckRoutes } from "./link-check-routes.ts";
import { Mailbox } from "./mailbox.ts";
import { messageRoutes } from "./message-routes.ts";
import { messagesRoutes } from "./messages-routes.ts";
import { releaseRoutes } from "./release-routes.ts";
import { sendRoutes } from "./send-routes.ts";
import { tagRoutes } from "./tag-routes.ts";
import { viewRoutes } from "./view-routes.ts";

/** The API of mailpit, for its clients: `/api/v1`, `/view`, and the WebSocket `/api/events`. */
export const mailpitApi: CatcherApi = (app, context) => {
  const { store, relay, server, sockets, linkCheck, onClose } = context;
  let loading: Promise<Mailbox> | undefined;
  const mailbox = (): Promise<Mailbox> => {
    loading ??= loadTextDecoding().then((decode) => new Mailbox(store, decode));
    return loading;
  };
  // It begins to read the mails.
  void mailbox();
  const counts: { -readonly [K in keyof MailCounts]: number } = {
    accepted: store.count,
    octets: store.octets,
    rejected: 0,
    deleted: 0,
  };
  store.listen((event) => {
    if (event.type === "new") {
      counts.accepted++;
      counts.octets += event.mail.size;
    } else if (event.type !== "update") counts.deleted += event.mails.length;
  });
  let events: Promise<Events> | undefined;
  sockets.serve("/api/events", (subscriber) => {
    events ??= mailbox().then((box) => new Events(box));
    void events.then((ready) => ready.add(subscriber));
  });
  const unobserve = caughtBy(server)?.observe({
    caught: () => {},
    refused: ({ remoteAddress }, reply) => {
      counts.rejected++;
      void events?.then((ready) => ready.refused(remoteAddress, reply));
    },
    closed: () => {},
  });
  onClose(() => {
    unobserve?.();
    void mailbox().then((box) => box.close());
  });
  // As in mailpit: cypress-mailpit asks for //view/….
  app.get("*", async ({ req, redirect }, next) => {
    const { pathname, search } = new URL(req.url);
    return /\/{2}/.test(pathname)
      ? redirect(`${pathname.replace(/\/{2,}/g, "/")}${search}`, 301)
      : await next();
  });
  messagesRoutes(app, mailbox);
  messageRoutes(app, mailbox);
  releaseRoutes(app, mailbox, relay);
  linkCheckRoutes(app, mailbox, linkCheck);
  tagRoutes(app, mailbox);
  sendRoutes(app, mailbox);
  chaosRoutes(app, server);
  aboutRoutes(app, mailbox, () => counts, context);
  viewRoutes(app, mailbox);
};
