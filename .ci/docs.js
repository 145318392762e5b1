/**
 * Builds the site: the guides of docs/ and an API reference from the docstrings, with a search over both, in site/.
 * Fails if a link has no target.
 *
 * typedoc needs TypeScript 6, so it is in docs/site with its own lock file.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { filesBelow } from "./files.js";
import "./prepare.js";

const tools = join("docs", "site");
const out = "site";

const lock = join(tools, "package-lock.json");
const record = join(tools, "node_modules", ".package-lock.json");
if (!existsSync(record) || statSync(record).mtimeMs < statSync(lock).mtimeMs) {
  const cli = process.env.npm_execpath;
  const command = cli === undefined ? ["npm"] : [process.execPath, cli];
  run([...command, "ci", "--no-audit", "--no-fund"], tools);
}
rmSync(out, { recursive: true, force: true });
run([process.execPath, join("node_modules", "typedoc", "bin", "typedoc")], tools);

const pages = filesBelow(out, ".html");
const anchors = new Map(pages.map((page) => [resolve(page), anchorsOf(readFileSync(page, "utf8"))]));
const broken = pages.flatMap((page) =>
  linksOf(page)
    .filter(leadsNowhere)
    .map((link) => `${page}: ${link.href}`),
);
if (broken.length > 0) {
  console.error(`These links lead nowhere:\n${broken.join("\n")}`);
  process.exit(1);
}
console.log(`${pages.length} pages in ${out}/; open ${join(out, "index.html")}`);

function linksOf(page) {
  const text = readFileSync(page, "utf8").replace(/<script[\s\S]*?<\/script>/g, "");
  return [...text.matchAll(/\s(?:href|src)="([^"]*)"/g)]
    .map(([, href]) => href.replaceAll("&amp;", "&"))
    .filter((href) => !/^(?:[a-z]+:|\/\/)/i.test(href))
    .map((href) => ({ href, page }));
}

function leadsNowhere({ href, page }) {
  const [path, anchor] = href.split("#").map(decodeURIComponent);
  const target = path === "" ? resolve(page) : resolve(dirname(page), path.replace(/\?.*$/, ""));
  if (!existsSync(target)) return true;
  return anchor !== undefined && anchor !== "" && anchors.get(target)?.has(anchor) === false;
}

function anchorsOf(text) {
  return new Set(
    [...text.matchAll(/\s(?:id|name)="([^"]*)"/g)].map(([, name]) => name.replaceAll("&amp;", "&")),
  );
}

function run([command, ...args], cwd) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: "inherit" });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
