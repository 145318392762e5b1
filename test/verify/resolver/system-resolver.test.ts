import assert from "node:assert/strict";
import { test } from "node:test";
import { Resolver, type SystemResolverOptions } from "envoi/verify";
import { type DnsReply, type DnsServer, dnsServer, wireName } from "./dns-server.ts";

const alias: DnsReply = { records: [{ type: 5, data: wireName("other.test") }] };
const replies: Readonly<Record<string, DnsReply>> = {
  "txt.test 16": {
    records: [
      { type: 16, data: Buffer.from("\x04two \x06pieces", "latin1") },
      { type: 16, data: Buffer.from("\x02\xc3\xa9", "latin1") },
    ],
  },
  "mx.test 15": { records: [{ type: 15, data: Buffer.concat([Buffer.of(0, 10), wireName("mail.test")]) }] },
  "a.test 1": { records: [{ type: 1, data: Buffer.of(192, 0, 2, 1) }] },
  "a.test 28": { records: [{ type: 28, data: Buffer.from("20010db8000000000000000000000001", "hex") }] },
  "1.2.0.192.in-addr.arpa 12": { records: [{ type: 12, data: wireName("a.test") }] },
  "empty.test 16": {},
  "alias.test 5": alias,
  "alias.test 16": alias,
  "alias.test 1": alias,
  "dangling.test 16": { ...alias, code: 3 },
  "format.test 16": { code: 1 },
  "broken.test 16": { code: 2 },
  "unknown.test 16": { code: 4 },
  "refused.test 16": { code: 5 },
};

async function withServer(
  work: (server: DnsServer, resolver: (options?: SystemResolverOptions) => Resolver) => Promise<void>,
  answer: (name: string, type: number) => DnsReply | undefined = (name, type) =>
    replies[`${name} ${type}`] ?? { code: 3 },
): Promise<void> {
  const server = await dnsServer(answer);
  try {
    await work(server, (options) => Resolver.system({ servers: [server.address], ...options }));
  } finally {
    server.close();
  }
}

const answers: readonly [name: string, type: Parameters<Resolver["resolve"]>[1], answer: unknown][] = [
  ["txt.test", "TXT", { outcome: "found", records: ["two pieces", "\xc3\xa9"] }],
  ["mx.test", "MX", { outcome: "found", records: [{ priority: 10, exchange: "mail.test" }] }],
  ["a.test", "A", { outcome: "found", records: ["192.0.2.1"], ttl: 7 }],
  ["a.test", "AAAA", { outcome: "found", records: ["2001:db8::1"], ttl: 7 }],
  ["1.2.0.192.in-addr.arpa", "PTR", { outcome: "found", records: ["a.test"] }],
  ["alias.test", "CNAME", { outcome: "found", records: ["other.test"] }],
  ["empty.test", "TXT", { outcome: "no-data" }],
  ["alias.test", "TXT", { outcome: "no-data" }],
  ["alias.test", "A", { outcome: "no-data" }],
  ["dangling.test", "TXT", { outcome: "no-name" }],
  ["nowhere.test", "TXT", { outcome: "no-name" }],
];

for (const [name, type, answer] of answers) {
  test(`the resolver of the system answers ${type} ${name}`, () =>
    withServer(async (_server, resolver) => {
      assert.deepEqual(await resolver().resolve(name, type), answer);
    }));
}

for (const [name, words] of [
  ["format.test", "FORMERR"],
  ["broken.test", "SERVFAIL"],
  ["unknown.test", "NOTIMP"],
  ["refused.test", "REFUSED"],
] as const) {
  test(`the resolver of the system reports that the server answered ${words}`, () =>
    withServer(async (_server, resolver) => {
      const answer = await resolver().resolve(name, "TXT");
      assert.match(answer.outcome === "temporary" ? answer.reason : answer.outcome, new RegExp(words));
    }));
}

test("the resolver of the system asks for names as they are", () =>
  withServer(async (server, resolver) => {
    const asking = resolver();
    for (const name of ["_dmarc.Example.TEST.", "*.x.test", "a/b.x.test", "-a-.x.test", "xn--bcher-kva.test"])
      assert.deepEqual(await asking.resolve(name, "TXT"), { outcome: "no-name" });
    assert.deepEqual(server.asked, [
      "_dmarc|example|test 16",
      "*|x|test 16",
      "a/b|x|test 16",
      "-a-|x|test 16",
      "xn--bcher-kva|test 16",
    ]);
  }));

test("the resolver of the system never asks for a name other than the given one", () =>
  withServer(async (server, resolver) => {
    const asking = resolver();
    const characters = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
    for (const character of characters.filter((each) => !/[a-z\d._*/-]/i.test(each))) {
      const answer = await asking.resolve(`victim.test${character}.evil.test`, "TXT");
      assert.match(
        answer.outcome === "temporary" ? answer.reason : "asked",
        /node:dns cannot ask for a name with/,
      );
    }
    const label = await asking.resolve("xn--a.evil.test", "TXT");
    assert.match(
      label.outcome === "temporary" ? label.reason : "asked",
      /"xn--a", which is not a valid A-label/,
    );
    assert.deepEqual(server.asked, []);
  }));

test("the resolver of the system does not ask for names that DNS cannot have", () =>
  withServer(async (server, resolver) => {
    for (const name of ["", ".", "a..test", `${"x".repeat(64)}.test`])
      assert.deepEqual(await resolver().resolve(name, "A"), { outcome: "no-name" });
    assert.deepEqual(server.asked, []);
  }));

test("a question is asked once, while it is on its way and as long as its answer is kept", () =>
  withServer(async (server, resolver) => {
    const asking = resolver();
    const all = await Promise.all(["a.test", "A.test", "a.test."].map((name) => asking.resolve(name, "A")));
    assert.equal(new Set(all).size, 1);
    await asking.resolve("a.test", "A");
    assert.deepEqual(server.asked, ["a|test 1"]);
  }));

test("a question is asked again without a cache", () =>
  withServer(async (server, resolver) => {
    const asking = resolver({ cache: false });
    await asking.resolve("a.test", "A");
    await asking.resolve("a.test", "A");
    assert.equal(server.asked.length, 2);
  }));

test("a failure is not kept", () =>
  withServer(async (server, resolver) => {
    const asking = resolver();
    for (let i = 0; i < 2; i++)
      assert.equal((await asking.resolve("refused.test", "TXT")).outcome, "temporary");
    assert.ok(server.asked.length >= 2);
  }));

test("a question without an answer fails when its time is over", () =>
  withServer(
    async (_server, resolver) => {
      const answer = await resolver({ timeout: 30 }).resolve("a.test", "A");
      assert.deepEqual(answer, { outcome: "temporary", reason: "no answer to A a.test within 30 ms" });
    },
    () => undefined,
  ));

test("who aborts leaves alone, and the others get the answer", async () => {
  let reply: (() => void) | undefined;
  await withServer(
    async (server, resolver) => {
      const asking = resolver();
      const controller = new AbortController();
      const first = asking.resolve("slow.test", "A", { signal: controller.signal });
      const second = asking.resolve("slow.test", "A", { signal: new AbortController().signal });
      controller.abort(new Error("enough"));
      await assert.rejects(first, { message: "enough" });
      reply = () => {};
      assert.equal((await second).outcome, "no-name");
      assert.ok(server.asked.length >= 1);
    },
    () => (reply === undefined ? undefined : { code: 3 }),
  );
});

test("a question is given up when the last one has left, and asked again by the next", async () => {
  let silent = true;
  await withServer(
    async (_server, resolver) => {
      const asking = resolver();
      const controller = new AbortController();
      const first = asking.resolve("slow.test", "A", { signal: controller.signal });
      controller.abort("enough");
      await assert.rejects(first, (reason) => reason === "enough");
      silent = false;
      assert.equal((await asking.resolve("slow.test", "A")).outcome, "no-name");
    },
    () => (silent ? undefined : { code: 3 }),
  );
});

test("a signal that has aborted asks nothing", () =>
  withServer(async (server, resolver) => {
    const signal = AbortSignal.abort("enough");
    await assert.rejects(resolver().resolve("a.test", "A", { signal }), (reason) => reason === "enough");
    assert.deepEqual(server.asked, []);
  }));

for (const [options, message] of [
  [{ servers: ["localhost"] }, /^servers: expected IP addresses/],
  [{ servers: "127.0.0.1" }, /^servers: expected an array/],
  [{ timeout: 0 }, /^timeout: expected a whole number of milliseconds/],
  [{ cache: { entries: 0 } }, /^cache\.entries: expected a whole number/],
  [{ cache: true }, /^cache: /],
  [{ timeOut: 5 }, /timeout/],
] as const) {
  test(`the resolver of the system refuses ${JSON.stringify(options)}`, () => {
    assert.throws(() => Resolver.system(options as never), { kind: "configuration", message });
  });
}
