import { octetsOf } from "../http/octets.ts";
import { partHeaders } from "../view/part-headers.ts";
import { viewHeaders } from "../view/view-policy.ts";
import { findingJson, transcriptJson } from "./connection-json.ts";
import { LabError, shownValue } from "./lab-error.ts";
import { type LabRoute, labRoute } from "./lab-route.ts";
import { extractOf, messageJson, summaryJson } from "./message-json.ts";
import { inlineImages, partContent, partTree } from "./parts.ts";
import { flag, number, word } from "./query-kinds.ts";
import { arrayOf, object, ref } from "./schemas.ts";
import { unverified, verdictsJson, verifiedBy } from "./verdict-json.ts";

const noMail = { 404: "There is no such mail." };

/** The routes below `/messages`. */
export const messageRoutes: readonly LabRoute[] = [
  labRoute<{ start: number; limit: number }>({
    method: "get",
    path: "/messages",
    name: "listMessages",
    summary: "Lists the mails, newest first.",
    query: {
      start: number("How many are left out at the beginning.", { from: 0, to: 1_000_000, normally: 0 }),
      limit: number("How many are listed at most.", { from: 0, to: 10_000, normally: 50 }),
    },
    answer: {
      description: "The mails, and how many there are.",
      schema: object({ total: ref("Count"), unread: ref("Count"), messages: arrayOf(ref("Summary")) }),
    },
    handle: ({ lab: { store }, query: { start, limit } }) => ({
      total: store.count,
      unread: store.unread,
      messages: store.mails
        .slice()
        .reverse()
        .slice(start, start + limit)
        .map(summaryJson),
    }),
  }),
  labRoute({
    method: "get",
    path: "/messages/{id}",
    name: "getMessage",
    summary: "Returns a mail: its text, HTML, attachments, links and codes. It is not marked as read.",
    answer: { description: "The mail.", schema: ref("Message") },
    failures: noMail,
    handle: (call) => messageJson(call.mail()),
  }),
  labRoute({
    method: "delete",
    path: "/messages/{id}",
    name: "deleteMessage",
    summary: "Deletes a mail. It can be taken back.",
    status: 204,
    answer: { description: "It is deleted." },
    failures: noMail,
    handle: (call) => call.lab.store.delete([call.mail()]),
  }),
  labRoute<{ remote: boolean; scheme: "light" | "dark" | undefined }>({
    method: "get",
    path: "/messages/{id}/html",
    name: "viewHtml",
    summary:
      "Shows the HTML of a mail, made safe: nothing in it runs, and nothing is loaded. Images of the mail are in the page.",
    query: {
      remote: flag("Whether images of other hosts are loaded. They learn that the mail was opened."),
      scheme: word("The colour scheme that the mail is shown in; by default that of the browser.", [
        "light",
        "dark",
      ]),
    },
    answer: { description: "A page for a sandboxed frame.", type: "text/html" },
    failures: { 404: "There is no such mail, or it has no HTML." },
    async handle(call) {
      const mail = call.mail();
      const { html } = mail.parsed;
      if (html === undefined)
        throw new LabError({ field: "id", expected: "a mail with HTML", got: "one without" }, 404);
      const { htmlView } = await import("../view/html-view.ts");
      const { remote, scheme } = call.query;
      const { signal } = call;
      const view = await htmlView(html, { inline: inlineImages(mail), remote, scheme, signal });
      return new Response(view.html, { headers: viewHeaders({ remote }) });
    },
  }),
  labRoute({
    method: "get",
    path: "/messages/{id}/remote",
    name: "listRemoteImages",
    summary:
      "Lists the images of other hosts that the HTML of a mail names. Nothing is asked of these hosts.",
    answer: { description: "Their URLs.", schema: object({ images: arrayOf(ref("Text")) }) },
    failures: noMail,
    async handle(call) {
      const { htmlView } = await import("../view/html-view.ts");
      const { signal } = call;
      return { images: (await htmlView(call.mail().parsed.html ?? "", { signal })).remote };
    },
  }),
  labRoute({
    method: "get",
    path: "/messages/{id}/raw",
    name: "getSource",
    summary: "Returns a mail byte for byte.",
    answer: { description: "The mail.", type: "text/plain" },
    failures: noMail,
    handle: (call) => {
      const headers = partHeaders({ type: "text/plain" });
      return new Response(octetsOf(call.mail().raw), { headers });
    },
  }),
  labRoute({
    method: "get",
    path: "/messages/{id}/parts",
    name: "getParts",
    summary: "Returns the tree of the parts of a mail.",
    answer: { description: "The mail as a part, with its parts in it.", schema: ref("Part") },
    failures: noMail,
    handle: (call) => partTree(call.mail()),
  }),
  labRoute({
    method: "get",
    path: "/messages/{id}/parts/{part}",
    name: "getPart",
    summary: "Returns the content of a part, decoded. Only text and raster images keep their type.",
    answer: { description: "The content.", type: "*/*" },
    failures: { 404: "There is no such mail, or no such part." },
    async handle(call) {
      const id = call.parameter("part");
      const part = await partContent(call.mail(), id);
      if (part === undefined)
        throw new LabError(
          { field: "part", expected: 'the place of a part, such as "1.2"', got: shownValue(id) },
          404,
        );
      return new Response(octetsOf(part.content), { headers: partHeaders(part) });
    },
  }),
  labRoute({
    method: "get",
    path: "/messages/{id}/links",
    name: "getLinks",
    summary: "Returns the links of a mail in their order, each once, and how to unsubscribe.",
    answer: {
      description: "The links.",
      schema: object({ links: arrayOf(ref("Link")) }, { unsubscribe: ref("Unsubscribing") }),
    },
    failures: noMail,
    async handle(call) {
      const { links, unsubscribe } = await extractOf(call.mail());
      return { links, unsubscribe };
    },
  }),
  labRoute({
    method: "get",
    path: "/messages/{id}/codes",
    name: "getCodes",
    summary: "Returns the one-time codes that a mail seems to contain, the surest first.",
    answer: { description: "The codes.", schema: object({ codes: arrayOf(ref("Code")) }) },
    failures: noMail,
    handle: async (call) => ({ codes: (await extractOf(call.mail())).codes }),
  }),
  labRoute({
    method: "get",
    path: "/messages/{id}/verdicts",
    name: "getVerdicts",
    summary:
      "Returns the verdicts of SPF, DKIM, ARC and DMARC on a mail, with what its sender should change.",
    answer: { description: "The verdicts, or that there are none.", schema: ref("Verdicts") },
    failures: noMail,
    handle: (call) => {
      const authentication = call.mail().captured?.authentication;
      return authentication === undefined ? unverified : verdictsJson(authentication);
    },
  }),
  labRoute({
    method: "post",
    path: "/messages/{id}/verdicts",
    name: "verify",
    summary: "Verifies a mail with the DNS records of the body, as if it came from the address in it.",
    body: object(
      { zone: { type: "object", description: "The records of DNS by name, as for `Resolver.zone`." } },
      {
        ip: {
          type: "string",
          description: "The IP address of the client; by default that of the connection.",
        },
        hello: {
          type: "string",
          description: "What the client said in EHLO; by default as on the connection.",
        },
        from: {
          type: "string",
          description: "MAIL FROM; empty for the null sender; by default that of the mail.",
        },
      },
    ),
    answer: { description: "The verdicts.", schema: ref("Verdicts") },
    failures: noMail,
    handle: async ({ body, mail, signal }) => verdictsJson(await verifiedBy(body, mail(), signal)),
  }),
  labRoute({
    method: "get",
    path: "/messages/{id}/transcript",
    name: "getTranscript",
    summary: "Returns the commands and replies of the connection by which a mail came.",
    answer: { description: "The transcript.", schema: ref("Transcript") },
    failures: { 404: "There is no such mail, or its connection is not known." },
    handle: (call) => {
      const transcript = call.mail().captured?.transcript;
      if (transcript !== undefined) return transcriptJson(transcript);
      throw new LabError(
        { field: "id", expected: "a mail that came by SMTP since the start", got: "another one" },
        404,
      );
    },
  }),
  labRoute({
    method: "get",
    path: "/messages/{id}/findings",
    name: "getFindings",
    summary: "Returns what the client that sent a mail did wrong on its connection.",
    answer: { description: "The findings.", schema: object({ findings: arrayOf(ref("Finding")) }) },
    failures: noMail,
    handle: (call) => {
      const session = call.mail().captured?.session.id;
      return {
        findings: call.lab.server.findings.filter((each) => each.session.id === session).map(findingJson),
      };
    },
  }),
];
