import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { linksOf, sectionsOf } from "./links.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const documents = ["", "docs"].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name)),
);

test("every link of the README and the docs leads to an existing file and section", () => {
  let links = 0;
  const broken = documents.flatMap((document) => {
    const text = readFileSync(join(root, document), "utf8");
    return linksOf(text).flatMap(({ line, path, section }) => {
      links++;
      const target = path === "" ? document : join(dirname(document), path);
      const there = existsSync(join(root, target));
      const known =
        there && (section === undefined || sectionsOf(readFileSync(join(root, target), "utf8")).has(section));
      return known ? [] : [`${document}:${line} ${path}${section === undefined ? "" : `#${section}`}`];
    });
  });
  assert.ok(links > 50, `${links} links`);
  assert.deepEqual(broken, []);
});

test("the check finds links everywhere except in code", () => {
  const text =
    "# Is it right?\n\n[a](b.md#c), [d](#e-f)\n[web](https://example.org)\n\n```md\n# Not\n[g](h.md)\n```\n[i](j.ts)\n";
  assert.deepEqual(linksOf(text), [
    { line: 3, path: "b.md", section: "c" },
    { line: 3, path: "", section: "e-f" },
    { line: 10, path: "j.ts", section: undefined },
  ]);
  assert.deepEqual([...sectionsOf(text)], ["is-it-right"]);
});
