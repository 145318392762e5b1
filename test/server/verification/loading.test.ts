import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { SmtpServer } from "envoi/server";
import { Resolver } from "envoi/verify";

/** The modules of the build that a module loads when it is imported. */
function loaded(entry: URL, found = new Set<string>()): Set<string> {
  if (found.has(entry.pathname) || !existsSync(entry)) return found;
  found.add(entry.pathname);
  for (const [, path = ""] of readFileSync(entry, "utf8").matchAll(
    /^(?:import|export)\b[^;]*?from "(\.[^"]*)"/gm,
  ))
    loaded(new URL(path, entry), found);
  return found;
}

for (const entry of ["server", "testing"])
  test(`envoi/${entry} loads nothing of envoi/verify unless an option asks for it`, () => {
    const modules = [...loaded(new URL(`../../../src/${entry}/index.js`, import.meta.url))];
    assert.ok(modules.length > 100);
    assert.deepEqual(
      modules.filter((path) => path.includes("/src/verify/")),
      [],
    );
  });

test("is ready for the first mail when the server listens", async () => {
  // The option makes the server load it: an import that fails would have failed here.
  await using server = await SmtpServer.listen({ verify: { resolver: Resolver.zone({}) } });
  assert.ok(server.port > 0);
});
