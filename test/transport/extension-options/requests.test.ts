import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Address,
  Envelope,
  EnvoiError,
  Message,
  type RequestOptions,
  type SendOptions,
  Tls,
  TlsParameters,
} from "envoi";
import { parseEhlo } from "#src/protocol/extensions.js";
import {
  formatMailParameters,
  formatRcptParameters,
  parseMailParameters,
  parseRcptParameters,
} from "#src/protocol/parameters/parameters.js";
import { readRequests } from "#src/transport/extension-options/requests.js";
import { readSendOptions } from "#src/transport/send-options.js";
import { negotiate } from "#src/transport/smtp/session/negotiated-parameters.js";
import { ScriptedServer } from "../../net/scripted-server.js";
import { fc } from "../../property.js";
import { clearTo, mail, said, serve } from "../smtp/serve.js";
import { TestServer } from "../smtp/test-server.js";

const everything = [
  ...[
    "PIPELINING",
    "DSN",
    "DELIVERBY 60",
    "FUTURERELEASE 86400 2040-01-01T00:00:00Z",
    "MT-PRIORITY",
    "AUTH PLAIN",
  ],
  ...["XVERP", "RRVS", "NO-SOLICITING a.example:ADV"],
];

const raw = Buffer.from("Subject: x\r\n\r\nx\r\n");

/** The MAIL and RCPT lines that a mail with these options is said with. */
async function lines(options: SendOptions, given = mail as object, offers = everything): Promise<string[]> {
  await using server = await ScriptedServer.start((peer) => serve(peer, {}, offers));
  await using transport = clearTo(server).build();
  await transport.send(given as typeof mail, options);
  return said(server.peers[0]).filter((line) => /^(?:MAIL|RCPT)/.test(line));
}

/**
 * What a mail with these options fails with on a server that offers nothing of the kind, and which nothing was said to.
 */
async function refusal(options: SendOptions, offers = ["PIPELINING"]): Promise<EnvoiError> {
  await using server = await ScriptedServer.start((peer) => serve(peer, {}, offers));
  await using transport = clearTo(server).build();
  const error = await transport.send(mail, options).then(
    () => assert.fail("it was sent"),
    (error: unknown) => error,
  );
  assert.deepEqual(
    said(server.peers[0]).filter((line) => /^(?:MAIL|RCPT|DATA|RSET)/.test(line)),
    [],
  );
  assert.ok(EnvoiError.is(error));
  assert.equal(error.delivery, "not-sent");
  return error;
}

type Value<A> = A extends fc.Arbitrary<infer T> ? T : never;

describe("the options of a send that go to extensions", () => {
  it("are sent to a server that offers them", async () => {
    const options: SendOptions = {
      dsn: { ret: "HDRS", envid: "order 1+1=2", notify: ["SUCCESS", "FAILURE"] },
      deliverBy: { seconds: 120, mode: "R", trace: true },
      hold: { until: new Date("2039-05-06T07:08:09Z") },
      mtPriority: -3,
      submitter: "jo+x@x.test",
    };
    assert.deepEqual(await lines(options), [
      "MAIL FROM:<a@x.test> RET=HDRS ENVID=order+201+2B1+3D2 BY=120;RT HOLDUNTIL=2039-05-06T07:08:09Z MT-PRIORITY=-3 AUTH=jo+2Bx@x.test",
      "RCPT TO:<b@y.test> NOTIFY=SUCCESS,FAILURE",
    ]);
    assert.deepEqual(await lines({ hold: { seconds: 60 }, submitter: null, dsn: { notify: "NEVER" } }), [
      "MAIL FROM:<a@x.test> HOLDFOR=60 AUTH=<>",
      "RCPT TO:<b@y.test> NOTIFY=NEVER",
    ]);
    assert.deepEqual(await lines({ dsn: { notify: "DELAY" }, mtPriority: -0, requireTls: false }), [
      "MAIL FROM:<a@x.test> MT-PRIORITY=0",
      "RCPT TO:<b@y.test> NOTIFY=DELAY",
    ]);
  });

  it("are sent stepwise, too", async () => {
    const options: SendOptions = { dsn: { notify: "NEVER" }, parameters: { XVERP: true } };
    const offers = everything.filter((line) => line !== "PIPELINING");
    assert.deepEqual(await lines(options, mail, offers), [
      "MAIL FROM:<a@x.test> XVERP",
      "RCPT TO:<b@y.test> NOTIFY=NEVER",
    ]);
  });

  it("send nothing if they ask for nothing", async () => {
    assert.deepEqual(await lines({ dsn: {}, parameters: {}, ifOffered: [] }, mail, ["PIPELINING"]), [
      "MAIL FROM:<a@x.test>",
      "RCPT TO:<b@y.test>",
    ]);
    assert.equal(readRequests({}, Envelope.of("a@x.test", ["b@y.test"]), undefined), undefined);
  });

  const unoffered: readonly (readonly [RequestOptions, RegExp])[] = [
    [{ dsn: { ret: "FULL" } }, /^dsn .* DSN/],
    [{ dsn: { notify: "NEVER" } }, /^dsn .* DSN/],
    [{ deliverBy: { seconds: 60, mode: "N" } }, /^deliverBy .* DELIVERBY/],
    [{ hold: { seconds: 60 } }, /^hold .* FUTURERELEASE/],
    [{ mtPriority: 1 }, /^mtPriority .* MT-PRIORITY/],
    [{ submitter: null }, /^submitter .* AUTH/],
    [{ parameters: { XVERP: true } }, /XVERP needs XVERP/],
    [{ parameters: { SOLICIT: { value: "a", extension: "no-soliciting" } } }, /SOLICIT needs NO-SOLICITING/],
    [{ recipientParameters: { "b@y.test": { RRVS: "2014-04-03T23:01:00Z" } } }, /RRVS/],
  ];
  for (const [options, message] of unoffered) {
    it(`fail the mail if the server does not offer them: ${JSON.stringify(options)}`, async () => {
      const error = await refusal(options);
      assert.equal(error.kind, "unsupported");
      assert.equal(error.permanent, true);
      assert.match(error.message, message);
    });
  }

  it("are left out if the server does not offer them and the caller allows that", async () => {
    const options: SendOptions = {
      dsn: { ret: "FULL", notify: "NEVER" },
      deliverBy: { seconds: 60, mode: "N" },
      mtPriority: 4,
      submitter: null,
      parameters: { XVERP: { ifOffered: true } },
      recipientParameters: { "b@y.test": { RRVS: { value: "2014-04-03T23:01:00Z", ifOffered: true } } },
      ifOffered: ["dsn", "deliverBy", "mtPriority", "submitter"],
    };
    assert.deepEqual(await lines(options, mail, ["PIPELINING"]), [
      "MAIL FROM:<a@x.test>",
      "RCPT TO:<b@y.test>",
    ]);
    assert.deepEqual(await lines(options), [
      "MAIL FROM:<a@x.test> RET=FULL BY=60;N MT-PRIORITY=4 AUTH=<> XVERP",
      "RCPT TO:<b@y.test> NOTIFY=NEVER RRVS=2014-04-03T23:01:00Z",
    ]);
  });

  it("are compared with the times that the server announced", async () => {
    const offers = ["DELIVERBY 240", "FUTURERELEASE 3600 2030-01-01T00:00:00Z"];
    for (const options of [
      { deliverBy: { seconds: 239, mode: "R" } },
      { hold: { seconds: 3601 } },
      { hold: { until: new Date("2030-01-01T00:00:01Z") } },
    ] satisfies RequestOptions[])
      assert.equal((await refusal(options, offers)).kind, "unsupported");
    await lines({ deliverBy: { seconds: 240, mode: "R" }, hold: { seconds: 3600 } }, mail, offers);
    await lines({ deliverBy: { seconds: 1, mode: "N" } }, mail, offers);
    await lines({ hold: { until: new Date("2030-01-01T00:00:00Z") } }, mail, offers);
  });

  it("reach the server unchanged", async () => {
    const extensions = { DSN: true, DELIVERBY: 0, "MT-PRIORITY": "" } as const;
    await using server = await TestServer.start({ extensions });
    await server.transport().send(mail, {
      dsn: { ret: "FULL", envid: "a+b c", notify: ["FAILURE", "DELAY"], orcpt: true },
      deliverBy: { seconds: 600, mode: "N" },
      mtPriority: 2,
    });
    const { parameters, to } = server.messages[0]?.envelope ?? assert.fail();
    const { RET, ENVID, BY, "MT-PRIORITY": priority } = parameters;
    assert.deepEqual([RET, ENVID, BY, priority], ["FULL", "a+b c", { seconds: 600, mode: "N" }, 2]);
    assert.deepEqual(to[0]?.parameters, {
      NOTIFY: ["FAILURE", "DELAY"],
      ORCPT: { type: "rfc822", address: "b@y.test" },
    });
  });

  it("reach the server unchanged, whatever they are", () => {
    const text = fc.stringMatching(/^[ -~]{1,30}$/);
    const options = fc.record(
      {
        ret: fc.constantFrom("FULL" as const, "HDRS" as const),
        envid: text,
        notify: fc.subarray(["SUCCESS", "FAILURE", "DELAY"] as const, { minLength: 1 }),
        orcpt: text,
        seconds: fc.integer({ min: 1, max: 999_999_999 }),
        hold: fc.nat(4_000_000_000).map((seconds) => new Date(seconds * 1000)),
        mtPriority: fc.integer({ min: -9, max: 9 }),
      },
      { requiredKeys: [] },
    );
    const envelope = Envelope.of("a@x.test", ["b@y.test"]);
    const peer = parseEhlo([
      "x.test",
      "DSN",
      "DELIVERBY",
      "FUTURERELEASE 999999999 2200-01-01T00:00:00Z",
      "MT-PRIORITY",
    ]);
    const check = ({ ret, envid, notify, orcpt, seconds, hold, mtPriority }: Value<typeof options>) => {
      const original = orcpt === undefined ? undefined : { type: "x-any", address: orcpt };
      const given: RequestOptions = {
        dsn: { ret, envid, notify, recipients: { "b@y.test": { orcpt: original } } },
        deliverBy: seconds === undefined ? undefined : { seconds, mode: "R" },
        hold: hold === undefined ? undefined : { until: hold },
        mtPriority,
      };
      const requests = readRequests(given, envelope, () => true) ?? assert.fail();
      const { parameters, recipientParameters } = negotiate(requests, peer, undefined);
      const present = (fields: object) =>
        Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
      assert.deepEqual(
        parseMailParameters(formatMailParameters(parameters), () => true),
        {
          ...present({ RET: ret, ENVID: envid, HOLDUNTIL: hold, "MT-PRIORITY": mtPriority }),
          ...(seconds !== undefined && { BY: { seconds, mode: "R" } }),
        },
      );
      const rcpt = formatRcptParameters(recipientParameters?.(Address.parse("b@y.test")) ?? {});
      assert.deepEqual(
        parseRcptParameters(rcpt, () => true),
        present({ NOTIFY: notify, ORCPT: original }),
      );
    };
    fc.assert(fc.property(options, check));
  });

  it("apply to each mail of a run that has none of its own", async () => {
    await using server = await TestServer.start({ extensions: { "MT-PRIORITY": "" } });
    const items = [mail, { message: mail, options: { mtPriority: -1 } }];
    await server.transport().sendAll(items, { mtPriority: 5 });
    const priorities = server.messages.map(({ envelope }) => envelope.parameters["MT-PRIORITY"]);
    assert.deepEqual(priorities.sort(), [-1, 5]);
  });

  it("go with each transaction of a mail for many recipients", async () => {
    await using server = await TestServer.start({ extensions: { DSN: true } });
    server.fail({ at: "ehlo", conceal: ["LIMITS"], offer: ["LIMITS RCPTMAX=1"] });
    await server
      .transport()
      .send({ ...mail, to: ["b@y.test", "c@y.test"] }, { dsn: { envid: "x", orcpt: true } });
    assert.deepEqual(
      server.messages.map(({ envelope: { parameters, to } }) => [
        parameters.ENVID,
        to[0]?.parameters.ORCPT?.address,
      ]),
      [
        ["x", "b@y.test"],
        ["x", "c@y.test"],
      ],
    );
  });

  it("apply to raw bytes as to messages", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer, {}, everything));
    await using transport = clearTo(server).build();
    await transport.sendRaw({ from: null, to: ["b@y.test"] }, raw, {
      dsn: { notify: "NEVER", recipients: { "b@y.test": { orcpt: "c@y.test" } } },
      parameters: { XVERP: "+=".replace("=", "-") },
    });
    assert.deepEqual(
      said(server.peers[0]).filter((line) => /^(?:MAIL|RCPT)/.test(line)),
      ["MAIL FROM:<> XVERP=+-", "RCPT TO:<b@y.test> NOTIFY=NEVER ORCPT=rfc822;c@y.test"],
    );
  });
});

describe("ORCPT", () => {
  const hidden = {
    ...mail,
    to: ["b@y.test", '"c d"@y.test'],
    cc: "grüße@y.test",
    bcc: ["e@y.test", "f@y.test"],
  };
  const offers = [...everything, "SMTPUTF8"];

  it("is never invented", async () => {
    const rcpt = (await lines({ dsn: { notify: "FAILURE" } }, hidden, offers)).slice(1);
    assert.equal(rcpt.length, 5);
    for (const line of rcpt) assert.doesNotMatch(line, /ORCPT/);
  });

  it("names recipients of To and Cc, and a blind copy only if that is set", async () => {
    const dsn = { orcpt: true, recipients: { "f@y.test": { orcpt: { type: "x400", address: "/G=F/" } } } };
    assert.deepEqual((await lines({ dsn }, hidden, offers)).slice(1), [
      "RCPT TO:<b@y.test> ORCPT=rfc822;b@y.test",
      'RCPT TO:<"c d"@y.test> ORCPT=rfc822;"c+20d"@y.test',
      "RCPT TO:<gr\xc3\xbc\xc3\x9fe@y.test> ORCPT=utf-8;gr\\x{FC}\\x{DF}e@y.test",
      "RCPT TO:<e@y.test>",
      "RCPT TO:<f@y.test> ORCPT=x400;/G+3DF/",
    ]);
  });

  it("is in UTF-8 for a long address beyond ASCII, and left out if no form of an address is short enough", async () => {
    const to = [`${"ü".repeat(110)}@y.test`, `${"+".repeat(200)}@y.test`, `${"b".repeat(240)}@y.test`];
    assert.deepEqual((await lines({ dsn: { orcpt: true } }, { ...mail, to }, offers)).slice(1), [
      Buffer.from(`RCPT TO:<${to[0]}> ORCPT=utf-8;${to[0]}`).toString("latin1"),
      `RCPT TO:<${to[1]}>`,
      `RCPT TO:<${to[2]}> ORCPT=rfc822;${to[2]}`,
    ]);
  });

  it("does not name recipients of an envelope that the header does not name", async () => {
    const envelope = { from: "a@x.test", to: ["b@y.test", "g@y.test"] };
    assert.deepEqual((await lines({ dsn: { orcpt: true }, envelope }, mail)).slice(1), [
      "RCPT TO:<b@y.test> ORCPT=rfc822;b@y.test",
      "RCPT TO:<g@y.test>",
    ]);
  });

  it("counts those of a group and of a resending as named", () => {
    const message = Message.create({
      ...mail,
      to: "b@y.test",
      resent: { from: "a@x.test", to: "h@y.test", bcc: "i@y.test" },
    });
    const named = ["b@y.test", "h@y.test", "i@y.test"].map((text) => message.mentions(Address.parse(text)));
    assert.deepEqual(named, [true, true, false]);
  });
});

describe("requireTls", () => {
  it("is sent over verified TLS to a server that offers it", async () => {
    await using server = await TestServer.start({ tls: "starttls", extensions: { REQUIRETLS: true } });
    await server.transport().send(mail, { requireTls: true });
    assert.equal(server.messages[0]?.envelope.parameters.REQUIRETLS, true);
  });

  it("is never left out: in plaintext, with an unverified certificate, or if not offered", async () => {
    const inClear = await refusal({ requireTls: true }, ["REQUIRETLS"]);
    assert.equal(inClear.kind, "tls");
    assert.match(inClear.message, /not encrypted/);
    await using server = await TestServer.start({ tls: "starttls", extensions: { REQUIRETLS: true } });
    await using unsure = server.builder().tls(Tls.Opportunistic()).build();
    await assert.rejects(unsure.send(mail, { requireTls: true }), {
      kind: "tls",
      delivery: "not-sent",
      message: /does not verify/,
    });
    await using without = await TestServer.start({ tls: "starttls" });
    await assert.rejects(without.transport().send(mail, { requireTls: true }), {
      kind: "unsupported",
      delivery: "not-sent",
      permanent: true,
    });
    assert.equal(server.messages.length + without.messages.length, 0);
  });
});

describe("a mail that was prepared for a lost connection", () => {
  it("is prepared again, because the next connection may not be verified", async () => {
    await using server = await TestServer.start({ tls: "starttls", extensions: { REQUIRETLS: true } });
    server.fail({ at: "ehlo", when: { secure: false, connection: 2 }, conceal: ["STARTTLS"] });
    server.fail({ at: "final", when: { connection: 1 }, reply: "421 4.3.2 Closing" });
    const trusted = TlsParameters.builder().addRootCertificate(server.ca).build();
    const builder = server.builder().tls(Tls.Opportunistic(trusted)).pool({ maxSize: 1 });
    await using transport = builder.build();
    let opened = 0;
    const stream = async function* () {
      opened++;
      yield raw;
    };
    const envelope = { from: "a@x.test", to: ["b@y.test"] };
    const [first, second] = await Promise.allSettled([
      transport.send(mail),
      transport.sendRaw(envelope, stream, { requireTls: true }),
    ]);
    assert.equal(first?.status, "rejected");
    assert.ok(second?.status === "rejected");
    const { kind, delivery, message } = second.reason as EnvoiError;
    assert.deepEqual([kind, delivery], ["tls", "not-sent"], message);
    assert.doesNotMatch(String(server.transcripts[1]), /MAIL/);
    assert.equal(opened, 1);
  });
});

describe("wrong options", () => {
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [{ dsn: "FULL" }, /^dsn: /],
    [{ dsn: { id: "x" } }, /^dsn: .*"id"/],
    [{ dsn: { ret: "headers" } }, /^dsn\.ret: /],
    [{ dsn: { envid: "" } }, /^dsn\.envid: /],
    [{ dsn: { envid: "ü" } }, /^dsn\.envid: /],
    [{ dsn: { envid: "a\r\nRCPT TO:<e@x>" } }, /^dsn\.envid: /],
    [{ dsn: { envid: "x".repeat(101) } }, /^dsn\.envid: /],
    [{ dsn: { envid: "+".repeat(34) } }, /^dsn\.envid: /],
    [{ dsn: { envid: 5 } }, /^dsn\.envid: /],
    [{ dsn: { notify: "never" } }, /^dsn\.notify: /],
    [{ dsn: { notify: [] } }, /^dsn\.notify: /],
    [{ dsn: { notify: ["NEVER", "DELAY"] } }, /^dsn\.notify: /],
    [{ dsn: { notify: ["DELAY", "DELAY"] } }, /^dsn\.notify: /],
    [{ dsn: { notify: "DELAY,SUCCESS" } }, /^dsn\.notify: /],
    [{ dsn: { notify: 5 } }, /^dsn\.notify: /],
    [{ dsn: { orcpt: "b@y.test" } }, /^dsn\.orcpt: /],
    [{ dsn: { recipients: [] } }, /^dsn\.recipients: /],
    [{ dsn: { recipients: { "z@y.test": {} } } }, /^dsn\.recipients\[0\]: .*not a recipient/],
    [{ dsn: { recipients: { "b@Y.test": {}, "b@y.TEST": {} } } }, /^dsn\.recipients\[1\]: .*already/],
    [{ dsn: { recipients: { "b@y.test": { ret: "FULL" } } } }, /^dsn\.recipients\[0\]: /],
    [{ dsn: { recipients: { "b@y.test": { notify: "x" } } } }, /^dsn\.recipients\[0\]\.notify: /],
    [{ dsn: { recipients: { "b@y.test": { orcpt: { type: "x y", address: "a" } } } } }, /\.orcpt: /],
    [
      { dsn: { recipients: { "b@y.test": { orcpt: { type: "x", address: "+".repeat(167) } } } } },
      /\.orcpt: /,
    ],
    [{ dsn: { recipients: { "b@y.test": { orcpt: { type: "x", address: "a\r\nb" } } } } }, /\.orcpt: /],
    [{ requireTls: "true" }, /^requireTls: /],
    [{ deliverBy: 60 }, /^deliverBy(\.[a-z]+)?: /],
    [{ deliverBy: { seconds: 0, mode: "R" } }, /^deliverBy(\.[a-z]+)?: /],
    [{ deliverBy: { seconds: 1.5, mode: "N" } }, /^deliverBy(\.[a-z]+)?: /],
    [{ deliverBy: { seconds: 1, mode: "X" } }, /^deliverBy(\.[a-z]+)?: /],
    [{ deliverBy: { seconds: 1, mode: "N", trace: 1 } }, /^deliverBy(\.[a-z]+)?: /],
    [{ hold: {} }, /^hold(\.[a-z]+)?: /],
    [{ hold: { seconds: 1, until: new Date() } }, /^hold(\.[a-z]+)?: /],
    [{ hold: { seconds: 0 } }, /^hold(\.[a-z]+)?: /],
    [{ hold: { until: "2030-01-01T00:00:00Z" } }, /^hold\.until: /],
    [{ hold: { until: new Date(1.5) } }, /^hold(\.[a-z]+)?: /],
    [{ mtPriority: 10 }, /^mtPriority: /],
    [{ mtPriority: "1" }, /^mtPriority: /],
    [{ parameters: ["XVERP"] }, /^parameters: /],
    [{ parameters: { "X VERP": true } }, /^parameters\["X VERP"\]: /],
    [{ parameters: { "X\r\nRSET": true } }, /^parameters\[.*\]: /],
    [{ parameters: { XVERP: "" } }, /^parameters\["XVERP"\]\.value: /],
    [{ parameters: { XVERP: "a b" } }, /^parameters\["XVERP"\]: /],
    [{ parameters: { XVERP: "a=b" } }, /^parameters\["XVERP"\]: /],
    [{ parameters: { XVERP: "a\r\nRSET" } }, /^parameters\["XVERP"\]: /],
    [{ parameters: { XVERP: false } }, /^parameters\["XVERP"\]: /],
    [{ parameters: { XVERP: 5 } }, /^parameters\["XVERP"\]: /],
    [{ parameters: { XVERP: true, xverp: true } }, /^parameters\["xverp"\]: .*already/],
    [{ parameters: { XVERP: { value: "a", optional: true } } }, /^parameters\["XVERP"\]: .*"optional"/],
    [{ parameters: { XVERP: { ifOffered: 1 } } }, /ifOffered: /],
    [{ parameters: { XVERP: { extension: "a b" } } }, /extension: /],
    ...[
      "size",
      "BODY",
      "SMTPUTF8",
      "AUTH",
      "RET",
      "ENVID",
      "RequireTLS",
      "BY",
      "HOLDFOR",
      "NOTIFY",
      "ORCPT",
    ].map((keyword) => [{ parameters: { [keyword]: "1" } }, /envoi sets this parameter/] as const),
    [
      { recipientParameters: { "b@y.test": { ORCPT: "rfc822;x" } } },
      /^recipientParameters\[0\]\["ORCPT"\]: /,
    ],
    [{ recipientParameters: { "z@y.test": {} } }, /^recipientParameters\[0\]: /],
    [{ ifOffered: "dsn" }, /^ifOffered(\[0\])?: /],
    [{ ifOffered: ["requireTls"] }, /^ifOffered(\[0\])?: /],
    [{ ifOffered: ["hold"] }, /^ifOffered(\[0\])?: /],
    [{ ifOffered: ["deliverBy"], deliverBy: { seconds: 9, mode: "R" } }, /^ifOffered: .*"R"/],
  ];
  for (const [options, message] of wrong) {
    it(`are refused: ${JSON.stringify(options)}`.slice(0, 90), () => {
      const envelope = Envelope.of("a@x.test", ["b@y.test"]);
      assert.throws(() => readRequests(readSendOptions(options as RequestOptions), envelope, () => true), {
        kind: "configuration",
        delivery: "not-sent",
        message,
      });
    });
  }

  it("are refused at the call, before a connection", async () => {
    await using server = await ScriptedServer.start(() => assert.fail("it connected"));
    await using transport = clearTo(server).build();
    await assert.rejects(transport.send(mail, { mtPriority: 99 }), { kind: "configuration" });
    await assert.rejects(transport.sendRaw({ from: null, to: ["b@y.test"] }, raw, { dsn: { orcpt: true } }), {
      kind: "configuration",
      message: /^dsn\.orcpt: /,
    });
    await assert.rejects(transport.send(mail, { dsn: { recipients: { "b@": {} } } }), { kind: "address" });
  });
});
