import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formatRoute, parseRoute, type Route, tabs } from "#src/catcher/page/state/route.js";
import { fc } from "../../property.js";

/** Records compare as the objects that the page makes. */
const plain = { noNullPrototype: true };

const views: fc.Arbitrary<Route["view"]> = fc.oneof(
  fc.constant({ name: "list" } as const),
  fc.constant({ name: "faults" } as const),
  fc.record(
    { name: fc.constant("message" as const), id: fc.string({ minLength: 1 }), tab: fc.constantFrom(...tabs) },
    plain,
  ),
  fc.record(
    {
      name: fc.constant("connections" as const),
      connection: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
    },
    plain,
  ),
);

describe("the route of the page", () => {
  test("is read from the hash as it was written, whatever a search or an id contains", () => {
    const routes = fc.record({ query: fc.string({ unit: "grapheme" }), view: views }, plain);
    fc.assert(fc.property(routes, (route) => assert.deepEqual(parseRoute(formatRoute(route)), route)));
  });

  for (const [hash, view] of [
    ["", { name: "list" }],
    ["#", { name: "list" }],
    ["#/nothing/like/this", { name: "list" }],
    ["#/message/", { name: "list" }],
    ["#/message/a%2Fb/no-tab", { name: "message", id: "a/b", tab: "preview" }],
    ["#/message/%zz/source", { name: "message", id: "%zz", tab: "source" }],
    ["#/connections/", { name: "connections", connection: undefined }],
  ] as const)
    test(`of ${JSON.stringify(hash)} is ${view.name}`, () => {
      assert.deepEqual(parseRoute(hash).view, view);
    });

  test("never fails, whatever the hash is", () => {
    fc.assert(fc.property(fc.string(), (hash) => void parseRoute(hash)));
  });
});
