import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkNames } from "#src/text/options/known-names.js";

describe("Names in plain data", () => {
  const refuse = (problem: string, name?: string) => Object.assign(new Error(problem), { field: name });
  const check = (given: unknown) => () => checkNames(given as object, { timeout: true, port: true }, refuse);

  it("may be absent or undefined", () => {
    check({})();
    check({ port: 25, timeout: undefined })();
  });

  it("are refused with the nearest known name if they are unknown", () => {
    const message = 'there is no "timeuot"; the nearest is timeout';
    assert.throws(check({ port: 25, timeuot: 1 }), { message, field: "timeuot" });
    assert.throws(check(JSON.parse('{"__proto__":1}')), { field: "__proto__" });
    assert.throws(check({ constructor: 1 }), { field: "constructor" });
  });

  it("are all listed if they are few and none is near", () => {
    assert.throws(check({ signal: 1 }), { message: 'there is no "signal"; there are timeout, port' });
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`option${index}`, true]));
    assert.throws(() => checkNames<object>({ zzz: 1 }, many, refuse), { message: /the nearest is option/ });
  });

  it("do not count if they are inherited", () => {
    check(Object.create({ stranger: 1 }))();
  });

  it("are cut to a bounded length in the error", () => {
    assert.throws(check({ [`p${"o".repeat(100_000)}rt`]: 1 }), (error: Error) => error.message.length < 120);
  });

  it("are refused unless they are in a plain object", () => {
    for (const given of [undefined, null, "port", 25, ["port"], new Map([["port", 25]]), new Set(["port"])])
      assert.throws(check(given), { message: /^expected an object, got /, field: undefined });
  });
});
