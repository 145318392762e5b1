import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { AddressError } from "#src/address/address-error.js";
import { EnvoiError } from "#src/errors.js";

test("names the field, the problem, the position and the text in its message", () => {
  const error = new AddressError("no such thing", { field: "to[2]", position: 3, input: "abc!" });
  assert.equal(error.message, "to[2]: no such thing (at position 3 of `abc!`)");
  assert.equal(new AddressError("no such thing", { input: "abc" }).message, "no such thing (in `abc`)");
  assert.equal(new AddressError("no such thing", { input: 42, field: "to" }).message, "to: no such thing");
  assert.equal(new AddressError("no such thing").message, "no such thing");
});

test("shows only the text around the position if the input is long", () => {
  const input = `${"a".repeat(500)}!${"b".repeat(500)}`;
  const { message } = new AddressError("stranger", { position: 500, input });
  assert.equal(message, `stranger (at position 500 of \`…${"a".repeat(40)}!${"b".repeat(39)}…\`)`);
});

test("escapes what a terminal would interpret and what is invisible", () => {
  const raw = "a\r\n\0\x1b[31m\u202e\u200b\u2028\ud800\u{e0041}é";
  const error = new AddressError(`the text ${raw}`, { input: raw, field: raw });
  for (const text of [error.message, error.problem]) assert.doesNotMatch(text, /[\p{C}\p{Zl}\p{Zp}]/u);
  assert.match(error.message, /a\\u\{d\}\\u\{a\}\\u\{0\}\\u\{1b\}\[31m\\u\{202e\}/);
});

test("has the input as a property that is neither printed nor serialised", () => {
  const input = `${"secret".repeat(100)}@`;
  const error = new AddressError("stranger", { input, position: 0, field: "from" });
  assert.equal(error.input, input);
  assert.ok(!inspect(error).includes(input));
  assert.ok(!JSON.stringify(error).includes(input));
  assert.deepEqual(error.toJSON(), {
    name: "AddressError",
    message: error.message,
    kind: "address",
    delivery: "not-sent",
    transient: false,
    permanent: true,
    field: "from",
    position: 0,
  });
  assert.ok(EnvoiError.is(error));
});

test("keeps the problem and moves the position if the input is part of a longer one", () => {
  const inner = new AddressError("stranger", { input: "c!d", position: 1 });
  const outer = inner.within("abc!d", 2).inField("to");
  assert.equal(outer.message, "to: stranger (at position 3 of `abc!d`)");
  assert.equal(new AddressError("stranger", { input: "c" }).within("abc", 2).position, undefined);
});
