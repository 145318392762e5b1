import assert from "node:assert/strict";
import { test } from "node:test";
import { startCatcher } from "./mails.js";

interface List {
  readonly total: number;
  readonly unread: number;
  readonly count: number;
  readonly messages_count: number;
  readonly messages_unread: number;
  readonly start: number;
  readonly tags: readonly string[];
  readonly messages: readonly { readonly ID: string; readonly Subject: string; readonly Read: boolean }[];
}

function letter(subject: string, more = ""): string {
  return `From: The Shop <shop@shop.test>\nTo: Jo <jo@a.test>\nSubject: ${subject}\n${more}\nHello\n`;
}

test("lists mails, newest first, in pages", async () => {
  await using box = await startCatcher();
  for (let number = 1; number <= 5; number++) await box.deliver(letter(`mail ${number}`));
  const subjects = async (query: string) =>
    (await box.json<List>(`/api/v1/messages${query}`)).messages.map(({ Subject }) => Subject);
  assert.deepEqual(await subjects(""), ["mail 5", "mail 4", "mail 3", "mail 2", "mail 1"]);
  assert.deepEqual(await subjects("?start=1&limit=2"), ["mail 4", "mail 3"]);
  assert.deepEqual(await subjects("?start=9"), []);
  assert.deepEqual((await subjects("?limit=0")).length, 5);
  assert.deepEqual((await subjects("?start=-1&limit=x")).length, 5);
  assert.deepEqual(await subjects("?before=2001-01-01"), []);
  const list = await box.json<List>("/api/v1/messages?start=1&limit=2");
  assert.deepEqual(
    { ...list, messages: list.messages.length },
    { total: 5, unread: 5, count: 2, messages_count: 5, messages_unread: 5, start: 1, tags: [], messages: 2 },
  );
});

test("searches, and pages what it found", async () => {
  await using box = await startCatcher();
  for (const subject of ["red fish", "blue fish", "red bird"]) await box.deliver(letter(subject));
  const list = await box.json<List>("/api/v1/search?query=subject:red&limit=1");
  assert.deepEqual([list.total, list.count, list.messages_count, list.messages_unread], [3, 1, 2, 2]);
  assert.equal(list.messages[0]?.Subject, "red bird");
  assert.equal((await box.json<List>("/api/v1/search?query=fish&limit=0")).messages.length, 0);
  assert.equal(await box.text("/api/v1/search?query=%20"), "400 Error: no search query");
  assert.equal(await box.text("/api/v1/search"), "400 Error: no search query");
  assert.equal(await box.text("/api/v1/search?query=red", "DELETE"), "200 ok");
  assert.equal((await box.json<List>("/api/v1/messages")).total, 1);
  assert.equal(await box.text("/api/v1/search", "DELETE"), "400 Error: no search query");
});

test("marks mails as read and unread: of ids, of a search, or all", async () => {
  await using box = await startCatcher();
  const ids = [
    await box.deliver(letter("one")),
    await box.deliver(letter("two")),
    await box.deliver(letter("three")),
  ];
  const unread = async () => (await box.json<List>("/api/v1/messages")).unread;
  const put = (body: unknown) => box.text("/api/v1/messages", "PUT", body);
  assert.equal(await put({ IDs: [ids[0], "no such id", "../x"], Read: true }), "200 ok");
  assert.equal(await unread(), 2);
  assert.equal(await put({ search: "subject:two", read: true }), "200 ok");
  assert.equal(await unread(), 1);
  assert.equal(await put({ Read: true }), "200 ok");
  assert.equal(await unread(), 0);
  assert.equal(await put({}), "200 ok");
  assert.equal(await unread(), 3);
  assert.match(
    await put({ IDs: ids, Search: "x" }),
    /^400 You may specify either IDs or a search query, not both/,
  );
  assert.match(await put('{"Read": "yes"}'), /^400 .*Read/);
  assert.match(await put("{"), /^400 /);
  assert.match(await put("[]"), /^400 /);
});

test("deletes mails of ids, or all, but none for a body that is broken", async () => {
  await using box = await startCatcher();
  const first = await box.deliver(letter("one"));
  await box.deliver(letter("two"));
  await box.deliver(letter("three"));
  const total = async () => (await box.json<List>("/api/v1/messages")).total;
  assert.equal(await box.text("/api/v1/messages", "DELETE", { IDs: [first, "unknown"] }), "200 ok");
  assert.equal(await total(), 2);
  assert.match(await box.text("/api/v1/messages", "DELETE", '{"IDs": ["x'), /^400 /);
  assert.equal(await total(), 2);
  assert.equal(await box.text("/api/v1/messages", "DELETE", {}), "200 ok");
  assert.equal(await total(), 0);
  await box.deliver(letter("four"));
  assert.equal(await box.text("/api/v1/messages", "DELETE"), "200 ok");
  assert.equal(await total(), 0);
  assert.equal(box.catcher.server.messages.length, 0);
});

test("shows a mail, and the newest that fulfils a search", async () => {
  await using box = await startCatcher();
  const raw = `Return-Path: <old@x.test>
From: =?iso-8859-1?Q?K=E4the?= <k@a.test>
Sender: s@a.test
To: "Doe, Jo" <jo@a.test>, list: a@l.test, b@l.test;
Cc: cy@c.test
Reply-To: re@r.test
Subject: =?utf-8?B?R3LDvMOfZQ==?=
 und mehr
Date: Tue, 10 Mar 2026 12:00:00 +0100
Message-ID: <m1@a.test>
List-Unsubscribe: <mailto:out@a.test>, <https://a.test/out>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
MIME-Version: 1.0
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe
`;
  const id = await box.deliver(raw, ["jo@a.test", "secret@b.test"], "bounce@a.test");
  await box.deliver(letter("later"));
  const mail = await box.json(`/api/v1/message/${id}`);
  const { Size, ...rest } = mail;
  assert.equal(Size, Buffer.from(raw.replaceAll("\n", "\r\n")).length);
  assert.deepEqual(rest, {
    ID: id,
    MessageID: "m1@a.test",
    From: { Name: "Käthe", Address: "k@a.test" },
    To: [
      { Name: "Doe, Jo", Address: "jo@a.test" },
      { Name: "", Address: "a@l.test" },
      { Name: "", Address: "b@l.test" },
    ],
    Cc: [{ Name: "", Address: "cy@c.test" }],
    Bcc: [{ Name: "", Address: "secret@b.test" }],
    ReplyTo: [{ Name: "", Address: "re@r.test" }],
    ReturnPath: "bounce@a.test",
    Subject: "Grüße und mehr",
    ListUnsubscribe: {
      Header: "<mailto:out@a.test>, <https://a.test/out>",
      Links: ["mailto:out@a.test", "https://a.test/out"],
      Errors: "",
      HeaderPost: "List-Unsubscribe=One-Click",
    },
    Date: "2026-03-10T12:00:00+01:00",
    Tags: [],
    Username: "",
    Text: "Grüße\r\n",
    HTML: "",
    Inline: [],
    Attachments: [],
  });
  assert.equal((await box.json("/api/v1/message/latest"))["Subject"], "later");
  assert.equal((await box.json("/api/v1/message/latest?query=cc:cy"))["ID"], id);
  assert.equal(await box.text("/api/v1/message/latest?query=nobody"), "404 Message not found");
  const headers = await box.json<Record<string, string[]>>(`/api/v1/message/${id}/headers`);
  assert.deepEqual(headers["Message-Id"], ["<m1@a.test>"]);
  assert.deepEqual(headers["Subject"], ["=?utf-8?B?R3LDvMOfZQ==?= und mehr"]);
  const source = await box.fetch(`/api/v1/message/${id}/raw?dl=1`);
  assert.equal(source.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(source.headers.get("content-disposition"), `attachment; filename="${id}.eml"`);
  assert.equal(await source.text(), raw.replaceAll("\n", "\r\n"));
});

test("answers 404 as text for what is not there, whatever the id is", async () => {
  await using box = await startCatcher();
  await box.deliver(letter("one"));
  const strange = [
    "nothing",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "__proto__",
    "constructor",
    "a%20b",
    "%2e%2e",
    "x".repeat(2000),
  ];
  for (const id of strange) {
    for (const below of ["", "/headers", "/raw", "/part/1", "/html-check"]) {
      const response = await box.fetch(`/api/v1/message/${id}${below}`);
      assert.ok([400, 404].includes(response.status), `${id}${below}: ${response.status}`);
      assert.match(response.headers.get("content-type") ?? "", /^text\/plain/);
    }
    assert.match(await box.text(`/api/v1/message/${id}/release`, "POST", { To: ["a@b.test"] }), /^4/);
    assert.match(await box.text(`/view/${id}.html`), /^404 /);
    assert.match(await box.text(`/view/${id}.txt`), /^404 /);
  }
  assert.equal(await box.text("/api/v1/message/nothing"), "404 404 page not found");
  assert.match(await box.text("/api/v1/proxy"), /^404/);
  assert.match(await box.text("/proxy?data=aHR0cDovL2EudGVzdA=="), /^404/);
  assert.equal((await box.json<List>("/api/v1/messages")).total, 1);
});

test("puts the mails of ids under tags, renames and deletes tags", async () => {
  await using box = await startCatcher();
  const one = await box.deliver(letter("one", "X-Tags: red, Blue sky,red\n"), ["jo+news+7@a.test"]);
  const two = await box.deliver(letter("two"));
  assert.deepEqual(await box.json("/api/v1/tags"), ["7", "Blue sky", "news", "red"]);
  assert.equal(
    await box.text("/api/v1/tags", "PUT", { IDs: [one, two, "x"], Tags: ["RED", "<b>", "__proto__", ""] }),
    "200 ok",
  );
  assert.deepEqual(await box.json("/api/v1/tags"), ["__proto__", "b", "red"]);
  assert.equal((await box.json<List>("/api/v1/search?query=tag:__proto__")).messages_count, 2);
  assert.deepEqual((await box.json("/api/v1/info"))["Tags"], JSON.parse('{"__proto__":2,"b":2,"red":2}'));
  assert.equal(await box.text("/api/v1/tags/b", "PUT", { Name: "bold one" }), "200 ok");
  assert.equal(await box.text("/api/v1/tags/bold%20one", "PUT", { Name: "Bold One" }), "200 ok");
  assert.equal(
    await box.text("/api/v1/tags/Bold%20One", "PUT", { Name: "red" }),
    "400 tag already exists: red",
  );
  assert.equal(await box.text("/api/v1/tags/none", "PUT", { Name: "x" }), "400 tag not found: none");
  assert.equal(await box.text("/api/v1/tags/red", "PUT", { Name: "!!" }), "400 invalid tag name: ");
  assert.equal(await box.text("/api/v1/tags/__proto__", "DELETE"), "200 ok");
  assert.equal(await box.text("/api/v1/tags/__proto__", "DELETE"), "400 tag not found: __proto__");
  assert.deepEqual(await box.json("/api/v1/tags"), ["Bold One", "red"]);
  assert.equal(await box.text("/api/v1/tags", "PUT", { IDs: [one, two], Tags: [] }), "200 ok");
  assert.deepEqual(await box.json("/api/v1/tags"), []);
});

test("sends nothing: it stores what it is given, and reports errors as JSON", async () => {
  await using box = await startCatcher();
  const send = (body: unknown) => box.text("/api/v1/send", "POST", body);
  const From = { Email: "a@a.test" };
  assert.match(
    await send({ From, To: [{ Email: "b@b.test" }], Subject: "Hi", Text: "x" }),
    /^200 \{"ID":"[^"]+"\}$/,
  );
  const [mail] = (await box.json<List>("/api/v1/messages")).messages;
  assert.equal(mail?.Subject, "Hi");
  const wrong: [unknown, RegExp][] = [
    ["{", /JSON/],
    [{}, /From/],
    [{ From }, /recipient/i],
    [{ From: { Email: "a@a.test\r\nBcc: x@x.test" }, To: [{ Email: "b@b.test" }] }, /address|From/],
    [{ From, To: [{ Email: "nobody" }] }, /nobody|address/],
    [{ From, To: [{ Email: "b@b.test" }], Headers: { Subject: "x" } }, /cannot overwrite header/],
    [{ From, To: [{ Email: "b@b.test" }], Headers: { "X-A": "x\r\nBcc: y@y.test" } }, /X-A/],
    [{ From, To: [{ Email: "b@b.test" }], Attachments: [{ Filename: "x", Content: "???" }] }, /base64/],
    [{ From, To: "b@b.test" }, /To/],
  ];
  for (const [body, reason] of wrong) {
    const answer = await send(body);
    assert.match(answer, /^400 \{"Error":"/, JSON.stringify(body));
    assert.match(answer, reason, JSON.stringify(body));
  }
  assert.equal((await box.json<List>("/api/v1/messages")).total, 1);
});

test("refuses by chaos as faults of the server, and says what is set", async () => {
  await using box = await startCatcher();
  const set = (body: unknown) => box.json("/api/v1/chaos", "PUT", body);
  const off = {
    Sender: { ErrorCode: 451, Probability: 0 },
    Recipient: { ErrorCode: 451, Probability: 0 },
    Authentication: { ErrorCode: 535, Probability: 0 },
  };
  assert.deepEqual(await box.json("/api/v1/chaos"), off);
  const recipient = { ErrorCode: 550, Probability: 100 };
  assert.deepEqual(await set({ recipient }), { ...off, Recipient: recipient });
  await assert.rejects(box.deliver(letter("one")), /550/);
  const sender = { ErrorCode: 452, Probability: 100 };
  assert.deepEqual(await set({ Sender: sender }), { ...off, Sender: sender });
  await assert.rejects(box.deliver(letter("one")), /452/);
  assert.deepEqual(await set({}), off);
  await box.deliver(letter("two"));
  assert.match(
    await box.text("/api/v1/chaos", "PUT", { Sender: { ErrorCode: 250, Probability: 1 } }),
    /^400 error code/,
  );
  assert.match(await box.text("/api/v1/chaos", "PUT", { Sender: { Probability: 101 } }), /^400 probability/);
  assert.match(await box.text("/api/v1/chaos", "PUT", { Sender: { ErrorCode: "x" } }), /^400 ErrorCode/);
});

test("describes itself", async () => {
  await using box = await startCatcher({ max: 7 });
  for (const path of ["/livez", "/readyz"]) assert.equal(await box.text(path), "200 ");
  const ui = await box.json("/api/v1/webui");
  assert.deepEqual(
    [ui["SpamAssassin"], ui["ChaosEnabled"], (ui["MessageRelay"] as { Enabled: boolean }).Enabled],
    [false, true, false],
  );
  const swagger = await box.json<{ swagger: string; paths: Record<string, object> }>("/api/v1/swagger.json");
  assert.equal(swagger.swagger, "2.0");
  for (const [path, methods] of Object.entries(swagger.paths)) {
    for (const method of Object.keys(methods)) {
      const real = path.replace("{ID}", "latest").replace(/\{\w+\}/g, "x");
      const answer = await box.text(
        real,
        method.toUpperCase(),
        /^(?:put|post)$/.test(method) ? {} : undefined,
      );
      assert.doesNotMatch(answer, /^(?:5\d\d|404 404 page not found$)/, `${method} ${path}: ${answer}`);
    }
  }
  assert.equal((await box.fetch("/api/v1/messages", { method: "OPTIONS" })).status, 200);
  assert.equal((await box.fetch("/api/v1/messages", { method: "HEAD" })).status, 200);
});

test("counts each mail that was deleted, alone or with all others", async () => {
  await using box = await startCatcher();
  const deleted = async () =>
    (await box.json<{ RuntimeStats: { MessagesDeleted: number } }>("/api/v1/info")).RuntimeStats
      .MessagesDeleted;
  const id = await box.deliver("Subject: one\n\nx\n");
  for (const subject of ["two", "three"]) await box.deliver(`Subject: ${subject}\n\nx\n`);
  await box.text("/api/v1/messages", "DELETE", { IDs: [id] });
  assert.equal(await deleted(), 1);
  await box.text("/api/v1/messages", "DELETE");
  assert.equal(await deleted(), 3);
});
