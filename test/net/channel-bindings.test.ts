import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { connect, createServer, type TLSSocket } from "node:tls";
import { CertificateAuthority } from "envoi/testing";
import { channelBindings } from "#src/net/channel-bindings.js";
import { derElements } from "#src/net/der.js";

type Bindings = ReadonlyMap<string, Buffer>;

const ca = await CertificateAuthority.shared();
const certificate = ca.issue();
const der = new X509Certificate(certificate.cert).raw;

/** What both ends come to, over two connections of which the second resumes the first. */
async function bothEnds(
  maxVersion: "TLSv1.2" | "TLSv1.3",
): Promise<{ client: Bindings; server: Bindings }[]> {
  const server = createServer({ ...certificate, maxVersion });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const ends: { client: Bindings; server: Bindings }[] = [];
  let session: Buffer | undefined;
  for (const resumed of [false, true]) {
    const accepted = once(server, "secureConnection") as Promise<[TLSSocket]>;
    const client = connect({ port, host: "127.0.0.1", ca: ca.cert, session });
    const kept = once(client, "session") as Promise<[Buffer]>;
    await once(client, "secureConnect");
    const [peer] = await accepted;
    assert.equal(client.isSessionReused(), resumed);
    ends.push({
      client: channelBindings(client, der),
      server: channelBindings(peer, peer.getX509Certificate()?.raw),
    });
    if (!resumed) [session] = await kept;
    client.destroy();
    peer.destroy();
  }
  server.close();
  return ends;
}

describe("channel bindings", () => {
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    it(`are the same at both ends of ${version}, others on each connection, and there on a resumed one too`, async () => {
      const [first, second] = await bothEnds(version);
      for (const ends of [first, second]) {
        assert.deepEqual([...(ends?.client.keys() ?? [])], ["tls-exporter", "tls-server-end-point"]);
        assert.deepEqual(ends?.client, ends?.server);
      }
      assert.notDeepEqual(first?.client.get("tls-exporter"), second?.client.get("tls-exporter"));
      const hash = createHash("sha256").update(der).digest();
      assert.deepEqual(second?.client.get("tls-server-end-point"), hash);
    });
  }

  it("are none in a runtime that cannot export keying material", () => {
    const socket = { getProtocol: () => "TLSv1.3", getSession: () => undefined } as unknown as TLSSocket;
    assert.deepEqual(channelBindings(socket, der), new Map());
  });

  it("do without tls-exporter where the master secret is not extended (RFC 9266 4.2)", () => {
    for (const [name, bytes, expected] of [
      ["with it", "3008020101ad03020101", true],
      ["with other flags", "3008020101ad03020102", false],
      ["without flags", "3003020101", false],
      ["cut short", "30", false],
      ["no session", "", false],
    ] as const) {
      const given = {
        getProtocol: () => "TLSv1.2",
        getSession: () => Buffer.from(bytes, "hex"),
        exportKeyingMaterial: () => Buffer.from("exported"),
      } as unknown as TLSSocket;
      assert.equal(channelBindings(given, undefined).has("tls-exporter"), expected, name);
    }
  });
});

describe("tls-server-end-point", () => {
  const silent = {
    getProtocol: () => "TLSv1.2",
    getSession: () => undefined,
    exportKeyingMaterial: () => Buffer.from("exported"),
  } as unknown as TLSSocket;

  // What OpenSSL 3.0 writes for each signature.
  for (const [signature, algorithm, hash] of [
    ["sha1WithRSAEncryption", "300d06092a864886f70d0101050500", "sha256"],
    ["sha256WithRSAEncryption", "300d06092a864886f70d01010b0500", "sha256"],
    ["sha384WithRSAEncryption", "300d06092a864886f70d01010c0500", "sha384"],
    ["ecdsa-with-SHA384", "300a06082a8648ce3d040303", "sha384"],
    ["rsassaPss with SHA-1", "301206092a864886f70d01010a3005a20302016a", "sha256"],
    [
      "rsassaPss with SHA-512",
      "304106092a864886f70d01010a3034a00f300d06096086480165030402030500a11c301a06092a864886f70d010108300d06096086480165030402030500a20302013e",
      "sha512",
    ],
    ["ED25519", "300506032b6570", undefined],
  ] as const) {
    it(`of a certificate signed by ${signature} hashes with ${hash}`, () => {
      const content = Buffer.from(`3000${algorithm}030100`, "hex");
      const octets = Buffer.concat([Buffer.of(0x30, content.length), content]);
      const expected = hash && createHash(hash).update(octets).digest();
      assert.deepEqual(channelBindings(silent, octets).get("tls-server-end-point"), expected);
    });
  }

  it("is not there for what is no certificate", () => {
    for (let length = 0; length < der.length; length += 7)
      assert.equal(channelBindings(silent, der.subarray(0, length)).size, 0);
  });
});

describe("DER", () => {
  it("is read as far as it goes", () => {
    const long = Buffer.concat([Buffer.from("0482012c", "hex"), Buffer.alloc(300)]);
    assert.deepEqual(
      derElements(Buffer.concat([Buffer.from("020101", "hex"), long])).map(({ tag, content }) => [
        tag,
        content.length,
      ]),
      [
        [2, 1],
        [4, 300],
      ],
    );
    for (const broken of ["", "30", "3080", "308400", "30ff", "1f0100", "300501"])
      assert.deepEqual(derElements(Buffer.from(broken, "hex")), [], broken);
  });
});
