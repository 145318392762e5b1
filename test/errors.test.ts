import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, types } from "node:util";
import { callersMistake, copyOf, EnvoiError, named } from "#src/errors.js";

class PlantedError extends EnvoiError {
  static {
    named(PlantedError, "PlantedError");
  }
}

test("an error says its kind, its delivery and whether the mail may pass, and keeps its cause", () => {
  const cause = new TypeError("underneath");
  const error = new EnvoiError("no port", { ...callersMistake, kind: "configuration", cause });
  assert.equal(error.message, "no port");
  assert.equal(error.cause, cause);
  assert.deepEqual(error.toJSON(), {
    name: "EnvoiError",
    message: "no port",
    kind: "configuration",
    delivery: "not-sent",
    transient: false,
    permanent: true,
  });
  assert.equal("cause" in new EnvoiError("no port", { ...callersMistake, kind: "configuration" }), false);
});

test("an error is known by EnvoiError.is, whichever class it has; other things are not", () => {
  assert.ok(EnvoiError.is(new PlantedError("no", { ...callersMistake, kind: "message" })));
  for (const other of [new Error("no"), { kind: "message" }, null, undefined, "message"]) {
    assert.equal(EnvoiError.is(other), false);
  }
});

test("the name of an error is its class's, in its stack too, and no field of its own", () => {
  const error = new PlantedError("no", { ...callersMistake, kind: "message" });
  assert.equal(error.name, "PlantedError");
  assert.match(error.stack ?? "", /^PlantedError: no/);
  assert.match(inspect(error), /^PlantedError: no/);
  assert.deepEqual(Object.keys(error), ["kind", "delivery", "transient", "permanent"]);
});

test("a copy of an error has its class, its stack and all its fields, except for those that change", () => {
  class StatusError extends PlantedError {
    readonly status: number = 503;
    constructor() {
      super("no", { ...callersMistake, kind: "message", cause: "underneath" });
      Object.defineProperty(this, "secret", { value: "hidden" });
    }
  }
  const error = new StatusError();
  error.stack += "\n    at async mine";
  const copy = copyOf(error, { delivery: "unknown" });
  assert.ok(copy instanceof StatusError && types.isNativeError(copy) && EnvoiError.is(copy));
  assert.deepEqual([copy.delivery, error.delivery], ["unknown", "not-sent"]);
  assert.deepEqual(Object.keys(copy), Object.keys(error));
  assert.deepEqual({ ...copy, delivery: "" }, { ...error, delivery: "" });
  assert.equal(copy.stack, error.stack);
  assert.equal(copy.message, "no");
  assert.equal(copy.cause, "underneath");
  assert.equal(Reflect.get(copy, "secret"), "hidden");
  assert.equal(inspect(copy), inspect(error).replace("not-sent", "unknown"));
});
