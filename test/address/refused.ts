import assert from "node:assert/strict";
import { AddressError } from "#src/address/address-error.js";
import { EnvoiError } from "#src/errors.js";

/** The AddressError that `attempt` must throw, classed as the caller's mistake and fit to be printed. */
export function refused(attempt: () => unknown): AddressError {
  try {
    const made = attempt();
    assert.fail(`nothing was refused: ${String(made)}`);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    assert.ok(EnvoiError.is(error));
    assert.equal(error.name, "AddressError");
    assert.equal(error.kind, "address");
    assert.equal(error.delivery, "not-sent");
    assert.equal(error.permanent, true);
    assert.equal(error.transient, false);
    assert.doesNotMatch(error.message, /[\p{C}\p{Zl}\p{Zp}]/u);
    assert.ok(error.message.length < 400, error.message);
    return error;
  }
}
