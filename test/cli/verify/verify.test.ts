import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { type TestContext, test } from "node:test";
import { DkimSigner, Message } from "envoi";
import { file } from "../check/check.ts";
import { run } from "../run.ts";

/** A signed mail, and the zone that makes it pass. */
async function signedMail() {
  const { privateKey } = generateKeyPairSync("ed25519");
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const options = { domain: "example.org", selector: "s1", key };
  const message = Message.builder()
    .from("Ada <ada@example.org>")
    .to("joe@example.net")
    .subject("Hello")
    .text("Hello Joe")
    .sign(DkimSigner.create(options))
    .build();
  const { name, value } = DkimSigner.record(options);
  const zone = {
    [name]: { TXT: value },
    "example.org": { TXT: "v=spf1 ip4:192.0.2.7 -all" },
    "_dmarc.example.org": { TXT: "v=DMARC1; p=reject" },
  };
  return { raw: await message.bytes(), zone };
}

async function verify(context: TestContext, raw: Buffer | string, zone: object, ...flags: string[]) {
  const path = file(context, "zone.json", JSON.stringify(zone));
  return run(["verify", "-", "--zone", path, ...flags], {}, raw);
}

const origin = ["--ip", "192.0.2.7", "--hello", "mail.example.org", "--from", "ada@example.org"];

test("verify gives the verdicts of a mail as JSON, and exits with 0 if nothing is wrong", async (context) => {
  const { raw, zone } = await signedMail();
  const { status, output } = await verify(context, raw, zone, ...origin, "--json");
  const report = JSON.parse(output);
  assert.deepEqual(
    [report.spf.result, report.dkim[0].result, report.dmarc.result, report.ok, status],
    ["pass", "pass", "pass", true, 0],
  );
  assert.match(report.field, /^Authentication-Results:/);
});

test("verify says what the sender should change, and exits with 1", async (context) => {
  const { raw, zone } = await signedMail();
  const changed = raw.toString().replace("Hello Joe", "Hello Eve");
  const { status, output } = await verify(
    context,
    changed,
    zone,
    "--ip",
    "203.0.113.9",
    "--from",
    "ada@example.org",
  );
  assert.equal(status, 1);
  assert.match(output, /^DMARC +fail/m);
  assert.match(output, /^error/m);
  assert.match(output, /body/);
  assert.doesNotMatch(output, /\x1b/);
});

test("verify takes nothing from Received fields unless a flag asks for it", async (context) => {
  const { raw, zone } = await signedMail();
  const received = `Return-Path: <ada@example.org>\r\nReceived: from mail.example.org (mail.example.org\r\n [192.0.2.7]) by mx.example.net with ESMTP; Mon, 30 Nov 2026 04:00:00 +0000\r\n${raw}`;
  const without = JSON.parse((await verify(context, received, zone, "--json")).output);
  assert.equal(without.spf.result, "none");
  const asked = JSON.parse((await verify(context, received, zone, "--json", "--received")).output);
  assert.equal(asked.spf.result, "pass");
  const second = await verify(context, received, zone, "--received", "2");
  assert.equal(second.status, 65);
});

test("verify reads a saved mail with LF, from a file, of any shape", async (context) => {
  const { raw, zone } = await signedMail();
  const path = file(context, "mail.eml", raw.toString().replaceAll("\r\n", "\n"));
  const zonePath = file(context, "zone.json", JSON.stringify(zone));
  const { status } = await run(["verify", path, "--zone", zonePath, ...origin]);
  assert.equal(status, 0);
  for (const odd of [
    "x",
    "\n\n",
    "From: \x1b[31m<x@y.test>\r\n\r\n",
    "\xff\xfe",
    "From a@b Mon\nFrom: a@b.test\n\n",
  ]) {
    const { output, status: ended } = await verify(context, odd, {});
    assert.ok(ended === 0 || ended === 1, output);
    assert.doesNotMatch(output, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  }
});

test("verify exits with 66 for a file that cannot be read, and with 64 or 65 for what it cannot use", async (context) => {
  assert.equal((await run(["verify", "/nowhere/mail.eml"])).status, 66);
  assert.equal((await run(["verify"])).status, 64);
  assert.equal((await verify(context, "x", {}, "--ip", "not an address")).status, 64);
  assert.equal((await verify(context, "x", {}, "--hello", "a.test")).status, 64);
  assert.equal((await verify(context, "x", {}, "--ip", "192.0.2.1", "--from", "nobody")).status, 64);
  assert.equal((await verify(context, "", {})).status, 65);
});
