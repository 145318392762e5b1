import { Hono } from "hono";
import { apis } from "../apis.ts";
import type { CatcherContext, CatcherFacts } from "../context.ts";
import { ApiError } from "./api-error.ts";
import { type FrameApp, refusal } from "./http-frame.ts";
import { WebSockets } from "./web-sockets.ts";

/** Makes the app with all APIs. This module and what it imports are loaded with the first request. */
export function makeApp(facts: CatcherFacts): FrameApp {
  const app = new Hono();
  const sockets = new WebSockets();
  const ends: (() => void)[] = [];
  const context: CatcherContext = { ...facts, sockets, onClose: (end) => void ends.push(end) };
  app.onError((error) => refusal(error));
  app.notFound(() => refusal(new ApiError("404 page not found", 404)));
  for (const mount of apis) mount(app, context);
  return {
    fetch: async (request) => await app.fetch(request),
    upgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
    close: () => {
      sockets.close();
      for (const end of ends) end();
    },
  };
}
