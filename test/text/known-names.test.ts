import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkNames } from "#src/text/known-names.js";

describe("The names in plain data", () => {
  const refuse = (problem: string, name?: string) => Object.assign(new Error(problem), { field: name });
  const check = (given: unknown) => () => checkNames(given as object, ["timeout", "port"], refuse);

  it("may be left out, and given as undefined", () => {
    check({})();
    check({ port: 25, timeout: undefined })();
  });

  it("are refused where they are not known, with the nearest that is", () => {
    const message = 'there is no "timeuot"; the nearest is timeout';
    assert.throws(check({ port: 25, timeuot: 1 }), { message, field: "timeuot" });
    assert.throws(check(JSON.parse('{"__proto__":1}')), { field: "__proto__" });
  });

  it("are all told where none is near, if they are few", () => {
    assert.throws(check({ signal: 1 }), { message: 'there is no "signal"; there are timeout, port' });
    const many = Array.from({ length: 20 }, (_, index) => `option${index}`);
    assert.throws(() => checkNames({ zzz: 1 }, many, refuse), { message: /the nearest is option/ });
  });

  it("count only where they are the object's own", () => {
    check(Object.create({ stranger: 1 }))();
  });

  it("are shown within bounds", () => {
    assert.throws(check({ [`p${"o".repeat(100_000)}rt`]: 1 }), (error: Error) => error.message.length < 120);
  });

  it("are looked for in objects only", () => {
    for (const given of [undefined, null, "port", 25, ["port"]])
      assert.throws(check(given), { message: "an object is expected", field: undefined });
  });
});
