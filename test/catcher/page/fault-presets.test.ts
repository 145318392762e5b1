import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { faultPresets, isPreset, presetOf } from "#src/catcher/page/faults/fault-presets.js";
import { type Fault, TestServer } from "#src/testing/index.js";

const presets = faultPresets.flatMap((group) => group.presets);

describe("the faults with a switch", () => {
  for (const { id, fault } of presets)
    test(`are ones that the server can make: ${id}`, async () => {
      await using server = await TestServer.start({ tls: "starttls", users: { jo: "secret" } });
      server.fail(fault as unknown as Fault);
    });

  test("have ids and names of their own, and are told apart", () => {
    assert.equal(new Set(presets.map(({ id }) => id)).size, presets.length);
    assert.equal(new Set(presets.map(({ name }) => name)).size, presets.length);
    for (const preset of presets) assert.equal(presetOf(preset.fault), preset);
  });

  test("are known again whatever the order of their fields", () => {
    const [preset] = presets.filter(({ id }) => id === "drop-content");
    assert.ok(preset !== undefined);
    assert.ok(isPreset(preset, { by: "rst", octet: 100, drop: "before", at: "content" }));
    assert.ok(!isPreset(preset, { ...preset.fault, octet: 101 }));
    assert.equal(presetOf({ at: "rcpt", reply: "450 other" }), undefined);
  });
});
