import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectionLimits } from "#src/server/connection/connection-limits.js";

const bounds = { maxConnections: 3, maxConnectionsPerAddress: 2 };

test("admits connections up to the limit of all, and again once one is over", () => {
  const limits = new ConnectionLimits();
  const open = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((address) => limits.admit(address, bounds));
  assert.deepEqual(
    open.map((admission) => admission?.refusal),
    [undefined, undefined, undefined],
  );
  const refused = limits.admit("10.0.0.4", bounds);
  assert.match(String(refused?.refusal), /^421 4\.3\.2 /);
  refused?.leave();
  open[0]?.leave();
  assert.equal(limits.admit("10.0.0.4", bounds)?.refusal, undefined);
});

test("counts by address, and clients of a Unix socket have none", () => {
  const limits = new ConnectionLimits();
  const many = { ...bounds, maxConnections: 100 };
  for (let times = 0; times < 2; times++) assert.equal(limits.admit("10.0.0.1", many)?.refusal, undefined);
  assert.match(String(limits.admit("10.0.0.1", many)?.refusal), /^421 4\.7\.0 /);
  for (let times = 0; times < 5; times++) assert.equal(limits.admit("", many)?.refusal, undefined);
});

test("counts IPv6 clients by their network of 64 bits", () => {
  const limits = new ConnectionLimits();
  const many = { ...bounds, maxConnections: 100 };
  for (const address of ["2001:db8::1", "2001:db8::2"])
    assert.equal(limits.admit(address, many)?.refusal, undefined);
  assert.match(String(limits.admit("2001:db8::3", many)?.refusal), /^421 4\.7\.0 /);
  assert.equal(limits.admit("2001:db8:0:1::1", many)?.refusal, undefined);
});

test("refuses a hundred at a time with a reply, and the others without", () => {
  const limits = new ConnectionLimits();
  const none = { maxConnections: 0, maxConnectionsPerAddress: 0 };
  const refused = Array.from({ length: 100 }, () => limits.admit("10.0.0.1", none));
  assert.ok(refused.every((admission) => admission?.refusal !== undefined));
  assert.equal(limits.admit("10.0.0.1", none), undefined);
  refused[0]?.leave();
  assert.ok(limits.admit("10.0.0.1", none)?.refusal !== undefined);
});
