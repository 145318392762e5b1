import { findingRules } from "../../testing/findings/finding.ts";
import { connectionJson, findingJson, transcriptJson } from "./connection-json.ts";
import { LabError, shownValue } from "./lab-error.ts";
import { type LabRoute, labRoute } from "./lab-route.ts";
import { number, text, word } from "./query-kinds.ts";
import { arrayOf, object, ref } from "./schemas.ts";

const rules = Object.keys(findingRules) as (keyof typeof findingRules)[];

/** What clients said, and what they did wrong. */
export const connectionRoutes: readonly LabRoute[] = [
  labRoute<{ rule: (typeof rules)[number] | undefined; connection: string | undefined }>({
    method: "get",
    path: "/findings",
    name: "listFindings",
    summary: "Lists what clients did wrong, with the section of the RFC, oldest first.",
    query: {
      rule: word("Only violations of this rule.", rules),
      connection: text("Only those on this connection, by its id."),
    },
    answer: { description: "The findings.", schema: object({ findings: arrayOf(ref("Finding")) }) },
    handle({ lab, query: { rule, connection } }) {
      const found = lab.server.findings.filter(
        (each) =>
          (rule === undefined || each.rule === rule) &&
          (connection === undefined || each.session.id === connection),
      );
      return { findings: found.map(findingJson) };
    },
  }),
  labRoute<{ limit: number }>({
    method: "get",
    path: "/transcripts",
    name: "listTranscripts",
    summary: "Lists the connections, newest first.",
    query: { limit: number("How many are listed at most.", { from: 0, to: 10_000, normally: 100 }) },
    answer: {
      description: "The connections, and how many there are.",
      schema: object({ total: ref("Count"), transcripts: arrayOf(ref("Connection")) }),
    },
    handle({ lab, query: { limit } }) {
      const all = lab.server.transcripts;
      return { total: all.length, transcripts: all.slice().reverse().slice(0, limit).map(connectionJson) };
    },
  }),
  labRoute({
    method: "get",
    path: "/transcripts/{connection}",
    name: "getConnection",
    summary: "Returns the commands and replies of a connection.",
    answer: { description: "The transcript.", schema: ref("Transcript") },
    failures: { 404: "There is no such connection." },
    handle({ lab, parameter }) {
      const id = parameter("connection");
      const found = lab.server.transcripts.find(({ session }) => session.id === id);
      if (found !== undefined) return transcriptJson(found);
      throw new LabError(
        { field: "connection", expected: "the id of a connection", got: shownValue(id) },
        404,
      );
    },
  }),
];
