import type { Hono } from "hono";
import { ApiError } from "../http/api-error.ts";
import type { Mailbox } from "./mailbox.ts";
import { RequestJson } from "./request-json.ts";
import { mailOfRequest } from "./send-mail.ts";

/** The route `/api/v1/send`: it stores a mail, and never sends one on. Its errors are JSON. */
export function sendRoutes(app: Hono, mailbox: () => Promise<Mailbox>): void {
  app.post("/api/v1/send", async ({ req, json }) => {
    const { store } = await mailbox();
    try {
      const facts = mailOfRequest(RequestJson.read(await req.text()), userOf(req.header("authorization")));
      return json({ ID: store.add(facts).id });
    } catch (error) {
      if (error instanceof ApiError && error.status === 400) return json({ Error: error.message }, 400);
      throw error;
    }
  });
}

/** The user of HTTP's Basic scheme. */
function userOf(authorization: string | undefined): string | undefined {
  const [, credentials] = /^basic +([\w+/=-]+)$/i.exec(authorization ?? "") ?? [];
  if (credentials === undefined) return undefined;
  const user = Buffer.from(credentials, "base64")
    .toString()
    .replace(/:[\s\S]*$/, "");
  return user === "" ? undefined : user;
}
