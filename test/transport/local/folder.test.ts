import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import { makeFolder } from "#src/transport/local/folder.js";

const top = mkdtempSync(join(tmpdir(), "envoi-folder-"));
after(() => rmSync(top, { recursive: true }));

test("A folder is made with those above it, and with its permissions; one that exists stays as it is", () => {
  const path = join(top, "a", "b", "c");
  makeFolder(path, 0o700);
  if (process.platform !== "win32") assert.equal(statSync(join(top, "a")).mode & 0o777, 0o700);
  makeFolder(path, 0o755);
  if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o777, 0o700);
  makeFolder(relative(process.cwd(), join(top, "x", "y")));
  assert.ok(statSync(join(top, "x", "y")).isDirectory());
  makeFolder("/");
  symlinkSync(path, join(top, "link"), "junction");
  makeFolder(join(top, "link", "d"));
  assert.ok(statSync(join(path, "d")).isDirectory());
});

test("A path that is no folder, or goes through what is none, is refused", () => {
  writeFileSync(join(top, "file"), "");
  assert.throws(() => makeFolder(join(top, "file")), { code: "EEXIST" });
  assert.throws(() => makeFolder(join(top, "file", "a")));
  symlinkSync(join(top, "nowhere"), join(top, "dangling"), "junction");
  assert.throws(() => makeFolder(join(top, "dangling")), { code: "EEXIST" });
});

const linux = process.platform === "linux" ? {} : { skip: "only Linux has /proc" };

test("Where the system makes no folders, as in /proc, it ends with what the system says", linux, () => {
  assert.throws(() => makeFolder("/proc/envoi"), { code: "ENOENT" });
  assert.throws(() => makeFolder("/proc/envoi/mails"), { code: "ENOENT" });
});
