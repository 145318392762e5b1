import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { Credentials, LmtpTransport, SmtpTransport, Tls, TlsParameters } from "envoi";
import { CertificateAuthority } from "envoi/testing";
import { ScriptedServer } from "../../net/scripted-server.js";
import { mail, said, serve } from "./serve.js";

const folder = await mkdtemp(join(tmpdir(), "envoi-"));
after(() => rm(folder, { recursive: true }));
const path = join(folder, "a relay");

describe("a Unix socket", { skip: process.platform === "win32" }, () => {
  it("is reached by its path, or by its URL", async () => {
    const url = `smtp+unix://${folder}/a%20relay`;
    for (const builder of [SmtpTransport.unixSocket(path), SmtpTransport.fromUrl(url)]) {
      await using server = await ScriptedServer.start((peer) => serve(peer), { path });
      await using transport = builder.build();
      await transport.send(mail);
      await transport.send(mail);
      assert.equal(server.peers.length, 1);
      const name = hostname().includes(".") ? /^EHLO / : /^EHLO \[127\.0\.0\.1\]$/;
      assert.match(said(server.peers[0])[0] ?? "", name);
    }
  });

  it("is on this machine: a password may go out in plaintext", async () => {
    await using server = await ScriptedServer.start(
      (peer) => serve(peer, { AUTH: "235 welcome" }, ["AUTH PLAIN"]),
      {
        path,
      },
    );
    await using transport = SmtpTransport.unixSocket(path)
      .credentials(Credentials.password("u", "p"))
      .build();
    await transport.send(mail);
    assert.match(String(said(server.peers[0])), /AUTH PLAIN/);
  });

  it("can use TLS, too", async () => {
    const authority = await CertificateAuthority.shared();
    await using _server = await ScriptedServer.start(
      async (peer) => {
        peer.say("220 hi");
        await peer.answer("250-clear", "250 STARTTLS");
        await peer.answer("220 go");
        await peer.secure(authority.issue());
        await serve(peer, { greeting: () => {} });
      },
      { path },
    );
    const parameters = TlsParameters.builder().addRootCertificate(authority.cert).build();
    await using transport = SmtpTransport.unixSocket(path).tls(Tls.Required(parameters)).build();
    assert.equal((await transport.send(mail)).tls?.verified, true);
  });

  it("without a server fails with the reason", async () => {
    const nothing = join(folder, "nothing");
    await using missing = SmtpTransport.unixSocket(nothing).build();
    await assert.rejects(missing.send(mail), {
      kind: "connection",
      phase: "connect",
      delivery: "not-sent",
      message: `there is no socket at ${nothing}`,
    });
    const file = join(folder, "file");
    await writeFile(file, "");
    await using transport = LmtpTransport.unixSocket(file).build();
    await assert.rejects(transport.send(mail), { kind: "connection", message: `nothing listens on ${file}` });
  });

  it("must have an absolute path that the system does not truncate", () => {
    for (const [wrong, message] of [
      ["relay.sock", /absolute/],
      ["", /absolute/],
      [undefined, /absolute/],
      ["/run/a\0b", /NUL/],
      [`/run/${"x".repeat(103)}`, /at most \d+ bytes, got 108/],
    ] as const) {
      assert.throws(() => SmtpTransport.unixSocket(wrong as string), { kind: "configuration", message });
    }
    assert.throws(() => SmtpTransport.unixSocket("/run/x").localAddress("127.0.0.1").build(), {
      message: /not used with a Unix socket/,
    });
  });
});
