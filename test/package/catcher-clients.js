import { copyFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { project, root, run } from "./project.js";

/** Runs the clients of mailpit and MailHog, unchanged, against a catcher. */
export const catcherClients = [
  { name: "the catcher: mailpit-api, mailhog, cypress-mailpit, cypress-mailhog", run: useClients },
];

const clients = [
  "mailpit-api@2.1.0",
  "mailhog@4.16.0",
  "cypress-mailpit@2.0.0",
  "cypress-mailhog@2.5.0",
  "esbuild@0.28.2",
];

async function useClients(tarball) {
  // The packages for Cypress need only its globals, which the consumer stands in for.
  const folder = await project("clients", { type: "module" }, "--legacy-peer-deps", tarball, ...clients);
  copyFileSync(
    join(root, "test", "package", "catcher-clients-consumer.js"),
    join(folder, "catcher-clients-consumer.js"),
  );
  const printed = await run(folder, process.execPath, ["catcher-clients-consumer.js"]);
  const [last] = printed.trim().split("\n").slice(-1);
  if (!/^\d+ calls answered$/.test(last)) throw new Error(printed);
  return last;
}
