/**
 * Makes src/catcher/html-check/caniemail-data.ts from the data of Can I email: `node .ci/caniemail.js data.json`, where
 * the file is https://www.caniemail.com/api/data.json. Only the features that the HTML check looks for are kept, and of
 * them only what it reports.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const folder = join("src", "catcher", "html-check");

/** The data in the form in which the HTML check reads it. */
export function reduce({ last_update_date: updated, nicenames, data }, slugs) {
  const clients = [];
  const indexes = new Map();
  const indexOf = (client) => {
    if (!indexes.has(client)) indexes.set(client, clients.push(client) - 1);
    return indexes.get(client);
  };
  const features = data
    .filter(({ slug }) => slugs.has(slug))
    .map(({ slug, title, description, url, category, tags, stats, notes_by_num: notes }) => {
      const support = [];
      for (const [family, platforms] of Object.entries(stats))
        for (const [platform, versions] of Object.entries(platforms))
          for (const [version, word] of Object.entries(versions))
            support.push(`${indexOf(`${family}|${platform}|${version}`)}${word}`);
      return {
        slug,
        title,
        description,
        url,
        category,
        tags,
        notes: notes ?? {},
        support: support.join(";"),
      };
    });
  const { family, platform } = nicenames;
  return { updated: updated.slice(0, 10), families: family, platforms: platform, clients, features };
}

/** The slugs that the sources of the HTML check name. */
export function namedSlugs() {
  const source = ["element-features.ts", "style-features.ts"].map((name) =>
    readFileSync(join(folder, name), "utf8"),
  );
  return new Set(source.join("\n").match(/\b(?:css|html|image)-[a-z\d-]+/g));
}

if (process.argv[2] !== undefined) {
  const reduced = reduce(JSON.parse(readFileSync(process.argv[2], "utf8")), namedSlugs());
  const text = JSON.stringify(JSON.stringify(reduced));
  writeFileSync(
    join(folder, "caniemail-data.ts"),
    `/**
 * What mail programs support, as JSON: data of Can I email (https://www.caniemail.com), made by .ci/caniemail.js.
 * Copyright (c) 2019 Rémi Parmentier, MIT; its licence is in LICENSE-caniemail.txt.
 */
export const caniemailJson: string =
  // biome-ignore format: one line of data
  ${text};
`,
  );
}
