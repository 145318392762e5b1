import type { Hono } from "hono";
import type { TestServer } from "../../testing/test-server.ts";
import { Chaos, readChaos } from "./chaos.ts";
import { RequestJson } from "./request-json.ts";

/** The route of chaos. */
export function chaosRoutes(app: Hono, server: TestServer): void {
  const chaos = new Chaos(server);
  app.get("/api/v1/chaos", ({ json }) => json(chaos.triggers));
  app.put("/api/v1/chaos", async ({ req, json }) => {
    chaos.set(readChaos(RequestJson.read(await req.text())));
    return json(chaos.triggers);
  });
}
