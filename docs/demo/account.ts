import { EnvoiError, SendError, type SendReport } from "envoi";
import type { CapturedMessage, Transcript } from "envoi/testing";
import { advice } from "./advice.ts";
import { partTree } from "./part-tree.ts";
import { field } from "./terminal.ts";

/** Prints what the client knows of a mail that was sent, and how long that took. */
export function printReport({ tls, recipients, reply, messageId }: SendReport, milliseconds: number): void {
  const trust = tls?.verified ? "certificate verified" : "certificate NOT verified";
  field("connection", tls === undefined ? "unencrypted" : `${tls.protocol}, ${tls.cipher}, ${trust}`);
  field("took", `${milliseconds.toFixed(1)} ms, connecting included`);
  field(
    "recipients",
    recipients.map(({ recipient, outcome }) => `${recipient}: ${outcome}`),
  );
  field("message id", messageId ?? "none");
  field("final reply", String(reply));
}

/** Prints what the server received, and how often the client waited for it. */
export function printReceived({ parsed, session, to, raw, envelope }: CapturedMessage): void {
  const { authenticated } = session;
  field(
    "logged in",
    authenticated === undefined ? "no" : `as ${authenticated.user}, by ${authenticated.mechanism}`,
  );
  field("envelope", `${envelope.from} to ${to.join(", ")}`);
  field("subject", parsed.subject ?? "");
  field("parts", partTree(raw));
}

/** Prints the round trips of a connection so far. */
export function printRoundTrips({ roundTrips }: Transcript): void {
  field("round trips", `${roundTrips}, from TCP to the final reply`);
}

/** Prints an error as whoever called `send` sees it, and what to do about it. */
export function printError(error: unknown): void {
  if (!EnvoiError.is(error)) throw error;
  const { kind, delivery, transient, permanent, message } = error;
  const again = transient ? "it may pass later" : permanent ? "it will not pass as it is" : "nobody knows";
  field(error.name, message);
  field("kind", kind);
  field("delivery", `${delivery}; sent again, ${again}`);
  if (error instanceof SendError) {
    field(
      "recipients",
      error.report.recipients.map(({ recipient, outcome }) => `${recipient}: ${outcome}`),
    );
  }
  field("what to do", advice(error));
}
