import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { CertificateAuthority } from "envoi/testing";
import type { CertificateFunction } from "#src/net/server/certificate-lookup.js";
import { type CertificateSources, CertificateTable } from "#src/net/server/certificate-table.js";
import { HandClock } from "../hand-clock.js";
import { Issuer } from "./issuer.js";

const issuer = new Issuer();
const clock = new HandClock();
const create = (sources: CertificateSources) =>
  CertificateTable.create(sources, { hostname: "mx.test", clock, ms: 1000 });
const none = () => assert.fail("the function failed");

/** The fields of the certificates that a client is shown for a name. */
async function shown(table: CertificateTable, name: string): Promise<string[]> {
  return (await table.find(name, none)).map(({ field }) => field);
}

describe("which certificate a client is shown", () => {
  it("is the one with its name: exact before wildcard, of one label, whatever the case, and with or without a last dot", async () => {
    const table = await create([
      issuer.issue(["mx.test"]),
      issuer.issue(["*.a.test"]),
      issuer.issue(["b.a.test", "c.test"]),
    ]);
    for (const [name, index] of [
      ["mx.test", 0],
      ["x.a.test", 1],
      ["X.A.Test", 1],
      ["b.a.test", 2],
      ["C.test", 2],
      ["x.y.a.test", 0],
      ["a.test", 0],
      ["*.a.test", 0],
      ["127.0.0.1", 0],
      ["c.test.", 2],
      ["X.a.test.", 1],
      ["c.test..", 0],
      [".", 0],
      ["", 0],
    ] as const)
      assert.deepEqual(await shown(table, name), [`certificates[${index}]`], name);
  });

  it("is one of each type of key", async () => {
    const table = await create([
      issuer.issue(["mx.test"], "rsa"),
      issuer.issue(["mx.test", "b.test"]),
      issuer.issue(["b.test"], "rsa"),
    ]);
    assert.deepEqual(
      table.fallback.map(({ field }) => field),
      ["certificates[0]", "certificates[1]"],
    );
    assert.deepEqual(await shown(table, "mx.test"), ["certificates[0]", "certificates[1]"]);
    assert.deepEqual(await shown(table, "b.test"), ["certificates[1]", "certificates[2]"]);
    assert.equal(await table.find("mx.test", none), table.fallback);
  });

  it("is by default one of each type of key that has all names of the first", async () => {
    const table = await create([issuer.issue(["mx.test", "a.test"], "rsa"), issuer.issue(["mx.test"])]);
    assert.deepEqual(await shown(table, "z.test"), ["certificates[0]"]);
    assert.deepEqual(await shown(table, "mx.test"), ["certificates[0]", "certificates[1]"]);
    assert.deepEqual(await shown(table, "a.test"), ["certificates[0]"]);
  });
});

describe("certificates that cannot be used", () => {
  let ca: CertificateAuthority;
  before(async () => {
    ca = await CertificateAuthority.create();
  });

  async function refused(sources: CertificateSources, message: RegExp): Promise<void> {
    await assert.rejects(create(sources), (error: Error & { kind?: string }) => {
      assert.equal(error.kind, "configuration");
      assert.match(error.message, message);
      return true;
    });
  }

  it("are refused if two bear the same name with the same type of key", async () => {
    const [one, other] = [issuer.issue(["a.test", "b.test"]), issuer.issue(["c.test", "B.Test"])];
    await refused([one, other], /^certificates\[1\]\.cert: has the name b\.test, as certificates\[0\] does/);
    await refused([one, one], /^certificates\[1\]\.cert: has the name a\.test/);
    await refused(
      [one, issuer.issue(["*.c.test"]), issuer.issue(["*.c.test"])],
      /^certificates\[2\]\.cert: has the name \*\.c\.test, as certificates\[1\]/,
    );
  });

  it("are refused if the key is another's", async () => {
    const [one, other] = [issuer.issue(["a.test"]), issuer.issue(["b.test"])];
    const wrong = { key: other.key, cert: one.cert };
    await refused(wrong, /^certificates\.key: is not the key of the certificate for CN=a\.test$/);
    await refused([other, wrong], /^certificates\[1\]\.key: is not the key/);
  });

  it("are refused if the chain is not in order", async () => {
    const chained = ca.intermediate().issue({ names: ["a.test"] });
    const [leaf, above] = chained.cert.split(/(?<=-----END CERTIFICATE-----\n)/) as [string, string];
    await create({ ...chained, cert: leaf + above + ca.cert });
    await create({ ...chained, cert: `text before\n${leaf}text between\n${above}` });
    await refused(
      { ...chained, cert: above + leaf },
      /^certificates\.cert: the certificate of the key is number 2\. It must come first/,
    );
    await refused(
      { ...chained, cert: leaf + ca.cert + above },
      /^certificates\.cert: certificate 1 \(CN=a\.test\) is not issued by the one after it \(CN=envoi test auth/,
    );
  });

  it("are refused if an encrypted key has no passphrase, or another", async () => {
    const encrypted = issuer.issue(["a.test"], "ec", "secret");
    await create({ ...encrypted, passphrase: "secret" });
    await refused(
      [encrypted],
      /^certificates\[0\]\.key: the private key is encrypted\. Give its passphrase$/,
    );
    await refused(
      { ...encrypted, passphrase: "secreT" },
      /^certificates\.passphrase: does not decrypt the private key$/,
    );
  });

  it("are refused if they are not PEM", async () => {
    const { key, cert } = issuer.issue(["a.test"]);
    await refused({ key, cert: key }, /^certificates\.cert: expected a certificate as PEM, got none/);
    await refused({ key: cert, cert }, /^certificates\.key: expected a private key as PEM, got none/);
    const cut = cert.replace(/\n[^\n]+\n-----END/, "\n-----END");
    await refused({ key, cert: cut }, /^certificates\.cert: the certificate cannot be read$/);
    await refused({ key, cert: cert + cut }, /^certificates\.cert: certificate 2 of 2 cannot be read$/);
    const broken = key.replace(/\n[^\n]+\n-----END/, "\n-----END");
    await refused({ key: broken, cert }, /^certificates\.key: the private key cannot be read$/);
  });

  it("are refused if no client could ask for them", async () => {
    const nameless = issuer.issue([]);
    await create(nameless);
    await create([nameless, issuer.issue([], "rsa")]);
    await refused([issuer.issue(["a.test"]), nameless], /^certificates\[1\]\.cert: has no DNS name/);
  });
});

describe("a function for certificates", () => {
  it("is asked for valid names that are in no certificate, in lower case", async () => {
    const asked: string[] = [];
    const find: CertificateFunction = (name) => {
      asked.push(name);
      return name === "a.test" ? issuer.issue([name]) : undefined;
    };
    const table = await create([issuer.issue(["mx.test", "*.known.test"]), find]);
    const names = [
      "MX.test",
      "b.known.test",
      "A.Test",
      "b.test",
      "b..test",
      "a_b.test",
      "127.0.0.1",
      "*.x.test",
    ];
    const found: string[][] = [];
    for (const name of names) found.push(await shown(table, name));
    assert.deepEqual(asked, ["a.test", "b.test"]);
    assert.deepEqual(found[2], ['certificates("a.test")']);
    for (const index of [0, 1, 3, 4, 5, 6, 7]) assert.deepEqual(found[index], ["certificates[0]"]);
  });

  it("is asked for the name of the server if no certificate is before it", async () => {
    const table = await create(async (name) => issuer.issue([name]));
    assert.deepEqual(
      table.fallback.map(({ names }) => names),
      [["mx.test"]],
    );
    const empty = create([() => undefined]);
    await assert.rejects(empty, /^EnvoiError: certificates: gives no certificate for "mx\.test"/);
    const failing = create(() => {
      throw new Error("no database");
    });
    await assert.rejects(failing, /no certificate for "mx\.test".*\(no database\)/);
  });

  it("must be the only one", async () => {
    const find = () => undefined;
    await assert.rejects(
      create([issuer.issue(["a.test"]), find, find]),
      /certificates\[2\]: a second function/,
    );
  });
});
