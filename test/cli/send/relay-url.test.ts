import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandError } from "#src/cli/exit-status.js";
import { namedRelay, refusePassword } from "#src/cli/send/relay/relay-url.js";

test("A relay is a URL, a host with or without a port, or the path of a socket", () => {
  for (const [text, url] of [
    ["smtp://mail.example.org", "smtp://mail.example.org"],
    ["mail.example.org", "smtp://mail.example.org"],
    ["mail.example.org:2525", "smtp://mail.example.org:2525"],
    ["mail.example.org:465", "smtps://mail.example.org:465"],
    ["mail.example.org:587", "smtp://mail.example.org:587?tls=required"],
    ["::1", "smtp://[::1]"],
    ["[::1]:1025", "smtp://[::1]:1025"],
    ["192.0.2.1", "smtp://192.0.2.1"],
    ["/run/lda.sock", "smtp+unix:///run/lda.sock"],
    ["lmtp+unix:///run/lda.sock", "lmtp+unix:///run/lda.sock"],
  ])
    assert.equal(namedRelay(text, {}).url.href, url);
});

test("The flag counts over ENVOI_RELAY, which counts over SMTP_URL, which counts over this machine", () => {
  const environment = { ENVOI_RELAY: "smtp://one", SMTP_URL: "smtp://two" };
  assert.equal(namedRelay("zero", environment).url.hostname, "zero");
  assert.equal(namedRelay(undefined, environment).url.hostname, "one");
  assert.equal(namedRelay(undefined, { SMTP_URL: "smtp://two", ENVOI_RELAY: "" }).url.hostname, "two");
  assert.equal(namedRelay(undefined, {}).url.href, "smtp://localhost");
});

test("A host alone may stand in ENVOI_RELAY and in SMTP_URL, as in the flag", () => {
  for (const host of ["mailhog", "mail_pit", "mail-1", "mail.example.org", "localhost", "192.0.2.1"])
    for (const name of ["ENVOI_RELAY", "SMTP_URL"]) {
      const { url, mayBePassword } = namedRelay(undefined, { [name]: host });
      assert.equal(url.href, `smtp://${host}`);
      assert.equal(mayBePassword, name === "ENVOI_RELAY" && host !== "localhost", name);
    }
  assert.equal(namedRelay(undefined, { SMTP_URL: "jane@mailhog" }).user, "jane");
  assert.equal(namedRelay(undefined, { ENVOI_RELAY: "smtp://mailhog" }).mayBePassword, false);
});

test("User and password are taken out of the URL, decoded", () => {
  const { url, user, password } = namedRelay(undefined, {
    ENVOI_RELAY: "smtps://j%40x:p%23%3A@host:465?helloName=a.example",
  });
  assert.deepEqual([url.href, user, password], ["smtps://host:465?helloName=a.example", "j@x", "p#:"]);
  assert.deepEqual(namedRelay("jane@host:587", {}).user, "jane");
});

test("A password in the flag is refused in every form, and never repeated", () => {
  for (const text of [
    "smtp://u:secret@host",
    "smtps://u:secret@host:465",
    "u:secret@host",
    "smtp://:secret@host",
    "smtp://u:sec/ret@host",
    "smtp://u:sec#ret@host",
    "smtp://u:sec ret@host",
    "SMTP://u:secret@host",
    "lmtp://u:secret@host",
    "smtp+unix://u:secret@localhost/run/x",
    "smtp://host?proxy=socks5%3A%2F%2Fu%3Asecret%40p",
    "smtp://u:secret@@host",
  ])
    assert.throws(
      () => namedRelay(text, {}),
      (error) =>
        error instanceof CommandError &&
        /ENVOI_RELAY/.test(error.message) &&
        !/secret|sec.ret/.test(error.message),
      text,
    );
});

test("A URL without a password is not refused, whatever its path and parameters contain", () => {
  for (const text of [
    "https://h.test/?bypass=1",
    "https://h.test/?compass=n&encompass=1",
    "http://localhost:3000/@inbox",
    "http://localhost:3000/hooks?to=a@b.test",
    "http://localhost:3000/users/a@b.test/mails",
    "https://jo@h.test:8443/a:b@c",
  ])
    refusePassword(text, "--webhook", "", { hasPath: true });
  for (const text of [
    "smtp://h?proxy=http://jo@p.test",
    "smtp://h:25?proxy=socks5://jo@p.test:1080",
    "smtp://h?proxy=http%3A%2F%2Fjo%40p.test&helloName=a.test",
  ])
    assert.equal(namedRelay(text, {}).url.hostname, "h", text);
});

test("A password in a URL with a path is refused in every form", () => {
  for (const text of [
    "https://jo:secret@h.test/",
    "https://:secret@h.test/",
    "https://jo:25#secret@h.test/",
    "https://jo:secret/x@h.test/",
    "https://h.test/?password=secret",
    "https://h.test/?user=jo&pass=secret",
    "https://h.test/?db_password=secret",
    "https://h.test/?userPassword=secret",
    "https://h.test/#passwd=secret",
  ])
    assert.throws(() => refusePassword(text, "--webhook", "", { hasPath: true }), CommandError, text);
  for (const text of ["smtp://h?proxy=http://jo:sec#ret@p.test", "smtp://h?proxy=http://jo:se&ret@p.test"])
    assert.throws(() => refusePassword(text, "--relay", ""), CommandError, text);
});

test("What is no relay is refused with what is", () => {
  for (const text of ["", "smtp://", "http s://x", "smtp://ho st"])
    assert.throws(() => namedRelay(text, {}), /expected smtp:\/\/host/, text);
});
