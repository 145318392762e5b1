import { beginningOf } from "../../text/beginning.ts";
import { LabError } from "./lab-error.ts";
import { type LabRoute, labRoute } from "./lab-route.ts";
import { type MailMatch, mailTest } from "./mail-match.ts";
import { messageJson } from "./message-json.ts";
import { duration, text } from "./query-kinds.ts";
import { ref } from "./schemas.ts";

interface WaitQuery extends MailMatch {
  readonly after: string | undefined;
  readonly within: number;
  readonly timeout: number;
}

/** Waiting for the next mail. */
export const waitRoutes: readonly LabRoute[] = [
  labRoute<WaitQuery>({
    method: "get",
    path: "/wait",
    name: "waitForMessage",
    summary:
      "Returns the next mail that matches, as soon as it is there: the oldest that arrived after another one, or not long ago.",
    query: {
      to: text("A recipient of the envelope, or a domain: `@example.com`."),
      from: text("The sender of the envelope or the author, or a domain: `@example.com`."),
      subject: text("A part of the subject, in any case."),
      mailbox: text("The id of a mailbox."),
      after: text("The id of a mail: only mails that arrived after it count, so no mail comes twice."),
      within: duration("Without `after`: how long ago the mail may have arrived.", {
        most: 86_400_000,
        normally: 60_000,
      }),
      timeout: duration("How long to wait.", { most: 300_000, normally: 10_000 }),
    },
    answer: { description: "The mail, with its links and codes.", schema: ref("Message") },
    failures: {
      404: "No such mail arrived in time, or `after` is not the id of a mail.",
      503: "Too many requests wait.",
    },
    async handle({ query, signal, lab }) {
      const { after, within, timeout } = query;
      if (after === "") throw new LabError({ field: "after", expected: "the id of a mail", got: "nothing" });
      const matches = mailTest(query, lab.mailboxes);
      const mail = await lab.waiting.wait({ matches, after, within, timeout, signal });
      if (mail !== undefined) return messageJson(mail);
      const arrived = lab.store.mails.slice(-LISTED).reverse();
      const list = arrived.map(({ id, head, envelope }) => {
        const subject = JSON.stringify(beginningOf(head.subject ?? "", 80));
        return `${id} to ${envelope.to.slice(0, 3).join(", ")}: ${subject}`;
      });
      throw new LabError(
        {
          field: "wait",
          expected: `a mail that matches within ${timeout} ms`,
          got: list.length === 0 ? "none at all" : `none; the last mails are ${list.join("; ")}`,
        },
        404,
      );
    },
  }),
];

const LISTED = 5;
