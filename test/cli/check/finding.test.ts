import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type FindingCode, finding, severities, worstFirst } from "#src/cli/check/finding.js";

test("docs/command.md lists every code that a check can find, with its severity, in the order of a report", () => {
  const [, section = ""] = readFileSync("docs/command.md", "utf8").split("### Findings");
  const [page = ""] = section.split(/^## /m);
  const listed: [string, string][] = [];
  let severity = "";
  for (const [, code = "", text = ""] of page.matchAll(/^\| `([a-z-]+)` \| (.+) \|$/gm)) {
    if (text === "what it means") severity = code;
    else if (severity !== "") listed.push([code, severity]);
  }
  const ranks = ["error", "warning", "advice"];
  const expected = Object.entries(severities).sort(
    (one, other) => ranks.indexOf(one[1]) - ranks.indexOf(other[1]),
  );
  assert.deepEqual(listed, expected);
});

test("findings are sorted by how bad they are, then causes before what follows from them", () => {
  const codes: FindingCode[] = ["dmarc-policy-none", "starttls-absent", "greylisting", "smtp-rewritten"];
  const found = codes.map((code) => finding(code, "x", "x", "x"));
  assert.deepEqual(
    worstFirst(found).map(({ code }) => code),
    ["smtp-rewritten", "starttls-absent", "greylisting", "dmarc-policy-none"],
  );
});
