import { type LabRoute, labRoute } from "./lab-route.ts";
import { summaryJson } from "./message-json.ts";
import { arrayOf, object, ref } from "./schemas.ts";

/** The routes below `/mailboxes`, and those that take a deletion back. */
export const mailboxRoutes: readonly LabRoute[] = [
  labRoute({
    method: "get",
    path: "/mailboxes",
    name: "listMailboxes",
    summary: "Lists the mailboxes, the one with the newest mail first: of each recipient, domain and login.",
    answer: {
      description: "The mailboxes, and how many there are; at most 10,000 are listed.",
      schema: object({ total: ref("Count"), mailboxes: arrayOf(ref("Mailbox")) }),
    },
    handle({ lab }) {
      const { all } = lab.mailboxes;
      return { total: all.length, mailboxes: all.slice(0, MOST_MAILBOXES) };
    },
  }),
  labRoute({
    method: "get",
    path: "/mailboxes/{mailbox}",
    name: "getMailbox",
    summary:
      "Lists the mails of a mailbox, newest first. Its id is an address, `@` and a domain, or `login:` and a user.",
    answer: {
      description: "The mails; none if there is no such mailbox.",
      schema: object({ id: ref("Text"), messages: arrayOf(ref("Summary")) }),
    },
    handle({ parameter, lab }) {
      const id = parameter("mailbox");
      return { id, messages: lab.mailboxes.mails(id).slice().reverse().map(summaryJson) };
    },
  }),
  labRoute({
    method: "delete",
    path: "/mailboxes/{mailbox}",
    name: "clearMailbox",
    summary:
      "Clears a mailbox. A mail that is in the mailbox of another recipient stays there; one that is in none is deleted.",
    answer: { description: "How many mails were in it.", schema: object({ cleared: ref("Count") }) },
    handle: ({ parameter, lab }) => ({ cleared: lab.mailboxes.clear(parameter("mailbox")) }),
  }),
  labRoute({
    method: "get",
    path: "/undo",
    name: "canUndo",
    summary: "Returns how many mails the last deletion deleted.",
    answer: {
      description: "How many; 0 if nothing can be taken back.",
      schema: object({ count: ref("Count") }),
    },
    handle: ({ lab }) => ({ count: lab.deletions.count }),
  }),
  labRoute({
    method: "post",
    path: "/undo",
    name: "undo",
    summary: "Takes the last deletion back, wherever it was made. The last ten deletions are remembered.",
    answer: { description: "How many mails came back.", schema: object({ restored: ref("Count") }) },
    handle({ lab }) {
      const mails = lab.deletions.undo();
      lab.mailboxes.restore(mails);
      return { restored: mails.length };
    },
  }),
];

const MOST_MAILBOXES = 10_000;
