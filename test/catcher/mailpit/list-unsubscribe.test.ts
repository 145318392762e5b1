import assert from "node:assert/strict";
import { test } from "node:test";
import { dateFieldJson } from "#src/catcher/mailpit/date-json.js";
import { listUnsubscribe } from "#src/catcher/mailpit/list-unsubscribe.js";

test("reads at most one link to a mailbox and one to a page", () => {
  const links = (value: string) => listUnsubscribe(value, "").Links;
  assert.deepEqual(links("<mailto:out@a.test?subject=x>, <https://a.test/out>"), [
    "mailto:out@a.test?subject=x",
    "https://a.test/out",
  ]);
  assert.deepEqual(links("(comment) <https://a.test/out>"), ["https://a.test/out"]);
  assert.deepEqual(links(""), []);
});

test("says what is wrong with a List-Unsubscribe field", () => {
  const wrong: [string, RegExp][] = [
    ["https://a.test/out", /no valid unsubscribe links/],
    ["see <https://a.test/out>", /should be enclosed in <>/],
    ["<https://a.test/1>, <mailto:b@a.test>, <https://a.test/2>", /maximum of one email and one HTTP/],
    ["<https://a.test/1> <mailto:b@a.test>", /split with a comma/],
    ["<https://a.test/1>, <https://a.test/2>", /only contain one HTTP link/],
    ["<mailto:a@a.test>, <mailto:b@a.test>", /only contain one mailto:/],
    ["<https://a.test/a b>", /should not contain spaces/],
    ["<javascript:alert(1)>", /no valid|should start with/],
    ["<ftp://a.test>", /should start with/],
    ["<https://a.test:99999/>", /not a valid URL/],
  ];
  for (const [value, error] of wrong) assert.match(listUnsubscribe(value, "").Errors, error, value);
});

test("writes the date of a field with its offset", () => {
  assert.equal(dateFieldJson("Tue, 10 Mar 2026 12:00:00 +0100 (CET)"), "2026-03-10T12:00:00+01:00");
  assert.equal(dateFieldJson("10 Mar 2026 12:00:00 -0330"), "2026-03-10T12:00:00-03:30");
  assert.equal(dateFieldJson("Tue, 10 Mar 2026 12:00:00 GMT"), "2026-03-10T12:00:00Z");
  for (const text of ["", "soon", "99 Mar 2026", "()"]) assert.equal(dateFieldJson(text), undefined, text);
});
