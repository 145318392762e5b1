import assert from "node:assert/strict";
import { test } from "node:test";
import PostalMime from "postal-mime";
import { Message } from "#src/message/message.js";
import { MessageError } from "#src/mime/message-error.js";
import { SinglePart } from "#src/mime/single-part.js";

function letter() {
  return Message.builder().from("shop@example.com").to("zoe@example.org");
}

function invitation(method?: string, newline = "\r\n"): string {
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN"];
  if (method !== undefined) lines.push(method);
  lines.push(
    "BEGIN:VEVENT",
    "UID:1@example.com",
    "DTSTART:20261121T090000Z",
    "SUMMARY:Frühstück",
    "END:VEVENT",
  );
  return `${[...lines, "END:VCALENDAR"].join(newline)}${newline}`;
}

function types(message: Message): string[] {
  const raw = message.formatted().toString("latin1");
  return Array.from(raw.matchAll(/^Content-Type: ([^\r]*)/gm), ([, type = ""]) => type.replace(/;$/, ""));
}

test("orders the forms of the content as readers expect: plain, AMP, HTML, calendar", () => {
  const message = letter()
    .calendar(invitation("METHOD:REQUEST"))
    .html("<p>Hello</p>")
    .alternative("text/x-amp-html", "<html amp4email>")
    .text("Hello")
    .build();
  assert.deepEqual(types(message), [
    "multipart/alternative",
    "text/plain; charset=utf-8",
    "text/x-amp-html; charset=utf-8",
    "text/html; charset=utf-8",
    "text/calendar; method=REQUEST; charset=utf-8",
  ]);
});

test("refuses a repeated form, and types that have a method of their own", () => {
  assert.throws(
    () => letter().text("x").alternative("text/markdown", "*a*").alternative("Text/Markdown", "*b*"),
    { kind: "message", field: "alternative" },
  );
  const part = SinglePart.text("x", { type: "text/enriched" });
  assert.deepEqual(types(letter().alternative("text/enriched", part).build()), [
    "text/enriched; charset=utf-8",
  ]);
  for (const type of ["text/plain", "text/html", "text/calendar; method=REQUEST"]) {
    assert.throws(() => letter().alternative(type, "x"), MessageError);
  }
  assert.throws(() => letter().alternative("text/markdown", part), MessageError);
  assert.throws(() => letter().alternative("nothing", "x"), MessageError);
  assert.throws(() => letter().alternative("text/markdown", 1 as never), MessageError);
  assert.throws(() => letter().body("x").alternative("text/markdown", "x").build(), /body: /);
});

test("writes the method of an invitation in both places, and preserves the calendar", async () => {
  const ics = invitation("METHOD:REQUEST");
  const message = letter().text("Come!").calendar(ics, { attach: true }).build();
  const parsed = await PostalMime.parse(message.formatted());
  const file = parsed.attachments.find(({ filename }) => filename === "invite.ics");
  // postal-mime gives calendars with LF.
  assert.equal(Buffer.from(file?.content as ArrayBuffer).toString(), ics.replaceAll("\r\n", "\n"));
  assert.equal(file?.mimeType, "application/ics");
  assert.ok(types(message).includes("text/calendar; method=REQUEST; charset=utf-8"));
  assert.ok(
    types(letter().calendar(ics, { attach: "party.ics" }).build()).includes(
      'application/ics; name="party.ics"',
    ),
  );
});

test("adds a method that only the option states, and reads one over folded lines in any case", () => {
  const put = letter().calendar(invitation(undefined, "\n"), { method: "request" }).build();
  assert.match(put.formatted().toString(), /text\/calendar; method=REQUEST/);
  assert.match(put.formatted().toString(), /BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nVERSION/);
  for (const written of [
    "method:cancel",
    "METHOD;X=1:CANCEL",
    'METHOD;X="a:b";Y=2:CANCEL',
    "METH\r\n OD:CANCEL",
  ]) {
    const message = letter().calendar(invitation(written), { method: "CANCEL" }).build();
    assert.match(message.formatted().toString(), /text\/calendar; method=CANCEL/, written);
  }
});

test("refuses a method that is missing, not valid or different, and text that is not a calendar", () => {
  const bad: [string, object][] = [
    [invitation(), {}],
    [invitation("METHOD:REQUEST"), { method: "CANCEL" }],
    [invitation("METHOD:REQUEST\r\nMETHOD:CANCEL"), {}],
    [invitation("METHOD:a b"), {}],
    [invitation("METHOD:REQUEST"), { methods: "REQUEST" }],
    ["Hello", { method: "REQUEST" }],
    [invitation("METHOD:REQUEST").slice(0, -20), {}],
    [{ path: "/etc/passwd" } as never, { method: "REQUEST" }],
  ];
  for (const [ics, options] of bad)
    assert.throws(() => letter().calendar(ics, options), MessageError, String(ics));
});
