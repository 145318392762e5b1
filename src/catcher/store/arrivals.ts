import type { CapturedMessage } from "../../testing/messages/captured-message.ts";
import { caughtBy } from "../../testing/messages/captured-messages.ts";
import type { TestServer } from "../../testing/test-server.ts";
import { newMailId } from "./mail-id.ts";
import type { MailStore } from "./mail-store.ts";
import type { MailClient } from "./stored-mail.ts";

/**
 * Puts what a TestServer catches into a store, also what it has caught before. What is deleted in one place is deleted
 * in both.
 *
 * @returns a function that stops that.
 */
export function connectStore(server: TestServer, store: MailStore): () => void {
  const caught = caughtBy(server);
  if (caught === undefined) throw new TypeError("expected a TestServer");
  const add = (message: CapturedMessage): void => {
    try {
      store.add(mailOf(message));
    } catch (error) {
      // The client gets a refusal, so the mail must not be there.
      caught.remove(new Set([message]));
      throw error;
    }
  };
  for (const message of caught.messages) add(message);
  const unobserve = caught.observe({ caught: add, cleared: () => store.truncate(), closed: () => {} });
  const unlisten = store.listen((event) => {
    if (event.type === "truncate" && caught.messages.length > 0) caught.clear();
    if (event.type !== "delete") return;
    caught.remove(new Set(event.mails.flatMap(({ captured }) => captured ?? [])));
  });
  return () => {
    unobserve();
    unlisten();
  };
}

function mailOf(captured: CapturedMessage) {
  const { envelope, to, raw, receivedAt } = captured;
  return {
    id: newMailId(),
    receivedAt,
    raw,
    envelope: { from: envelope.from?.toString() ?? "", to },
    client: clientOf(captured),
    captured,
  };
}

function clientOf({ session }: CapturedMessage): MailClient {
  const { remoteAddress: address, hello, authenticated, tls } = session;
  return {
    address,
    ...(hello && { hello: hello.name }),
    ...(authenticated && { user: authenticated.user }),
    ...(tls && { tls: tls.protocol }),
  };
}
