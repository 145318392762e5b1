import { findingRules } from "../../testing/findings/finding.ts";
import type { Schema } from "./lab-route.ts";

/** The names of the schemas of the document. */
export type SchemaName =
  | "Text"
  | "Count"
  | "Error"
  | "Summary"
  | "Message"
  | "Link"
  | "Code"
  | "Unsubscribing"
  | "Part"
  | "Advice"
  | "Verdicts"
  | "Mailbox"
  | "Fault"
  | "ListedFault"
  | "Session"
  | "Finding"
  | "Connection"
  | "Transcript";

/** A schema of the document, by its name. */
export function ref(name: SchemaName): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** An object with these fields, and no others. */
export function object(
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  return {
    type: "object",
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

/** An array. */
export function arrayOf(items: Schema): Schema {
  return { type: "array", items };
}

const text: Schema = { type: "string" };
const flag: Schema = { type: "boolean" };
const count: Schema = { type: "integer", minimum: 0 };
const time: Schema = { type: "string", format: "date-time" };
const mailbox = object({ address: text }, { name: text });

const session = {
  required: { id: text, connectedAt: time, address: text },
  optional: { hello: text, user: text, mechanism: text, tls: text },
};
const connection = { ...session.required, closed: flag, roundTrips: count };

const summary = {
  required: {
    id: text,
    subject: text,
    to: arrayOf(mailbox),
    cc: arrayOf(mailbox),
    envelope: object({ from: text, to: arrayOf(text) }),
    receivedAt: time,
    size: count,
    read: flag,
    tags: arrayOf(text),
  },
  optional: {
    from: mailbox,
    client: object({ address: text }, { hello: text, user: text, tls: text }),
    messageId: text,
    date: time,
  },
};

/** A verdict has a result, a code, a reason, and much more that `envoi/verify` describes. */
const verdict: Schema = {
  type: "object",
  properties: { result: text, code: text, reason: text, advice: text },
  required: ["result", "code", "reason"],
};

/** The schemas of the document that have names. */
export const schemas: Readonly<Record<SchemaName, Schema>> = {
  Text: text,
  Count: count,
  Error: object({
    error: object({ field: text, expected: text, got: text, message: text }, { remedy: text }),
  }),
  Summary: object(summary.required, summary.optional),
  Message: object(
    {
      ...summary.required,
      attachments: arrayOf(object({ type: text, size: count }, { name: text })),
      links: arrayOf(ref("Link")),
      codes: arrayOf(ref("Code")),
    },
    {
      ...summary.optional,
      text,
      html: text,
      unsubscribe: ref("Unsubscribing"),
      incomplete: text,
    },
  ),
  Link: object({ url: text, text, in: arrayOf({ type: "string", enum: ["html", "text"] }) }),
  Code: object({ code: text, confidence: { type: "number", minimum: 0, maximum: 1 }, line: text }),
  Unsubscribing: object({ header: arrayOf(text), oneClick: flag }, { link: text }),
  Part: object(
    { id: text, type: text, size: count },
    {
      charset: text,
      encoding: text,
      disposition: text,
      name: text,
      contentId: text,
      parts: arrayOf(ref("Part")),
    },
  ),
  Advice: object(
    {
      severity: { type: "string", enum: ["error", "warning", "note"] },
      about: { type: "string", enum: ["spf", "dkim", "dmarc", "arc"] },
      what: text,
    },
    { remedy: text },
  ),
  Verdicts: object(
    { verified: flag, advice: arrayOf(ref("Advice")) },
    {
      author: object({ addresses: arrayOf(text) }, { domain: text, reason: text }),
      spf: verdict,
      helloSpf: verdict,
      dkim: arrayOf(verdict),
      arc: verdict,
      dmarc: verdict,
      field: text,
    },
  ),
  Mailbox: object({
    id: text,
    kind: { type: "string", enum: ["recipient", "domain", "login"] },
    count,
    unread: count,
    latest: time,
  }),
  Fault: {
    type: "object",
    description:
      'The plain data of a fault of TestServer: where it strikes, when, and what it does. In `when`, a recipient or sender such as `"/slow/i"` is a regular expression.',
    properties: {
      at: text,
      when: { type: "object" },
      times: { type: "integer", minimum: 1 },
      reply: text,
      delay: count,
      drop: { type: "string", enum: ["before", "within", "after"] },
    },
    required: ["at"],
  },
  ListedFault: object({ id: text, fault: ref("Fault"), on: flag, hits: count }),
  Session: object(session.required, session.optional),
  Finding: object({
    rule: { type: "string", enum: Object.keys(findingRules) },
    about: text,
    text,
    command: text,
    connection: count,
    session: ref("Session"),
  }),
  Connection: object({ ...connection, lines: count }, session.optional),
  Transcript: object(
    {
      ...connection,
      dropped: count,
      text,
      lines: arrayOf(
        object({
          from: { type: "string", enum: ["client", "server", "note"] },
          text,
          at: { type: "number", minimum: 0 },
        }),
      ),
    },
    session.optional,
  ),
};
