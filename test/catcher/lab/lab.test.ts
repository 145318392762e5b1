import assert from "node:assert/strict";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Credentials } from "envoi";
import { TestServer } from "envoi/testing";
import { type LabClient, startLab } from "./lab-client.js";

interface Listed {
  readonly messages: readonly { readonly id: string; readonly subject: string }[];
}
interface Found {
  readonly id: string;
  readonly subject: string;
  readonly codes: readonly { readonly code: string }[];
}
interface Failed {
  readonly error: { readonly field: string; readonly message: string; readonly remedy?: string };
}

async function send(
  { catcher }: LabClient,
  subject: string,
  to: string | string[] = "jo@b.test",
): Promise<void> {
  await catcher.server.transport().send({ from: "ann@a.test", to, subject, text: `Your code is ${subject}` });
}

async function subjects(lab: LabClient, path = "/messages"): Promise<string[]> {
  return (await lab.get<Listed>(path)).messages.map(({ subject }) => subject);
}

async function failure(answer: Promise<Response>): Promise<[status: number, field: string]> {
  const { status, headers } = await answer;
  assert.match(headers.get("content-type") ?? "", /^application\/json/);
  return [status, ((await (await answer).json()) as Failed).error.field];
}

describe("waits for a mail", () => {
  test("that came just before", async () => {
    await using lab = await startLab();
    await send(lab, "123456");
    const { subject, codes } = await lab.get<Found>("/wait?to=jo@b.test");
    assert.deepEqual([subject, codes[0]?.code], ["123456", "123456"]);
  });

  test("that comes later, and not for another one", async () => {
    await using lab = await startLab();
    const waiting = lab.get<Found>("/wait?to=jo@b.test&subject=secOND&from=ann@A.test");
    await lab.get("/messages");
    await send(lab, "First");
    await send(lab, "Second", "other@b.test");
    await send(lab, "The second mail");
    assert.equal((await waiting).subject, "The second mail");
  });

  test("and with after returns each mail once, in the order in which they came", async () => {
    await using lab = await startLab();
    for (const subject of ["1", "2", "3"]) await send(lab, subject);
    const seen: string[] = [];
    let after = "";
    for (let count = 0; count < 3; count++) {
      const { id, subject } = await lab.get<Found>(`/wait?to=@b.test${after}`);
      seen.push(subject);
      after = `&after=${id}`;
    }
    assert.deepEqual(seen, ["1", "2", "3"]);
    const next = lab.get<Found>(`/wait?to=@b.test${after}`);
    await send(lab, "4");
    assert.equal((await next).subject, "4");
  });

  test("after one that was deleted in the meantime", async () => {
    await using lab = await startLab();
    await send(lab, "1");
    const { id } = await lab.get<Found>("/wait");
    await lab.ask(`/messages/${id}`, "DELETE");
    await send(lab, "2");
    assert.equal((await lab.get<Found>(`/wait?after=${id}`)).subject, "2");
  });

  test("of a mailbox", async () => {
    await using lab = await startLab({ smtp: { tls: "starttls", users: { shop: "secret" } } });
    await send(lab, "1");
    assert.equal((await lab.get<Found>("/wait?mailbox=login:shop")).subject, "1");
    assert.deepEqual(await failure(lab.ask("/wait?mailbox=login:other&timeout=1ms")), [404, "wait"]);
  });

  for (const [timeout, ms] of [
    ["10ms", 10],
    ["0.01", 10],
    ["0.01s", 10],
    ["0", 0],
    ["1000", 1000],
  ] as const)
    test(`for ${ms} ms with timeout=${timeout}`, async () => {
      await using lab = await startLab();
      const { error } = (await (await lab.ask(`/wait?timeout=${timeout}`)).json()) as Failed;
      assert.match(error.message, new RegExp(`within ${ms} ms, got none at all$`));
    });

  test("and not for one that came long ago, unless it may", async () => {
    await using lab = await startLab();
    await send(lab, "1");
    assert.deepEqual(await failure(lab.ask("/wait?within=0&timeout=0")), [404, "wait"]);
    assert.equal((await lab.get<Found>("/wait?within=1s&timeout=0")).subject, "1");
  });

  test("and says which mails came instead", async () => {
    await using lab = await startLab();
    await send(lab, "Receipt");
    const answer = await lab.ask("/wait?to=nobody@b.test&timeout=10ms");
    assert.equal(answer.status, 404);
    assert.match(((await answer.json()) as Failed).error.message, /within 10 ms, .*to jo@b\.test: "Receipt"/);
  });

  test("until the client goes away, or the catcher is closed", async () => {
    const lab = await startLab();
    const gone = new AbortController();
    const first = lab.ask("/wait?timeout=300", "GET", undefined, gone.signal);
    const second = lab.ask("/wait?timeout=300");
    gone.abort();
    await assert.rejects(first);
    const closing = assert.rejects(second);
    await lab.catcher.close();
    await closing;
  });

  for (const [query, field] of [
    ["timeout=x", "timeout"],
    ["timeout=-1", "timeout"],
    ["timeout=301", "timeout"],
    ["timeout=300001", "timeout"],
    ["within=1h", "within"],
    ["to=a@a.test&to=b@b.test", "to"],
    ["recipient=a@a.test", "recipient"],
    ["after=", "after"],
  ] as const)
    test(`refuses ${query}`, async () => {
      await using lab = await startLab();
      assert.deepEqual(await failure(lab.ask(`/wait?${query}`)), [400, field]);
    });

  test("refuses an id that no mail had", async () => {
    await using lab = await startLab();
    assert.deepEqual(await failure(lab.ask("/wait?after=..%2f..%2fetc")), [404, "after"]);
  });
});

describe("sorts mails into mailboxes", () => {
  test("of recipients, domains and logins, with counts, the newest first", async () => {
    await using lab = await startLab({ smtp: { tls: "starttls", users: { shop: "secret" } } });
    await send(lab, "1", ["Jo@b.test", "ann@c.test"]);
    await send(lab, "2", ["jo@B.test"]);
    const { mailboxes } = await lab.get<{
      mailboxes: { id: string; kind: string; count: number; unread: number }[];
    }>("/mailboxes");
    assert.deepEqual(mailboxes.map(({ id, kind, count, unread }) => [id, kind, count, unread]).sort(), [
      ["@b.test", "domain", 2, 2],
      ["@c.test", "domain", 1, 1],
      ["ann@c.test", "recipient", 1, 1],
      ["jo@b.test", "recipient", 2, 2],
      ["login:shop", "login", 2, 2],
    ]);
    assert.ok(["login:shop", "@b.test", "jo@b.test"].includes(mailboxes[0]?.id ?? ""));
    assert.deepEqual(await subjects(lab, "/mailboxes/JO@b.test"), ["2", "1"]);
    assert.deepEqual(await subjects(lab, "/mailboxes/@C.test"), ["1"]);
    assert.deepEqual(await subjects(lab, "/mailboxes/nobody@b.test"), []);
  });

  test("and clears one without touching the others", async () => {
    await using lab = await startLab();
    await send(lab, "both", ["jo@b.test", "ann@c.test"]);
    await send(lab, "one", "jo@b.test");
    const clear = async (id: string) =>
      (await (await lab.ask(`/mailboxes/${id}`, "DELETE")).json()) as object;
    assert.deepEqual(await clear("jo@b.test"), { cleared: 2 });
    assert.deepEqual(await subjects(lab, "/mailboxes/jo@b.test"), []);
    assert.deepEqual(await subjects(lab, "/mailboxes/@b.test"), []);
    assert.deepEqual(await subjects(lab, "/mailboxes/ann@c.test"), ["both"]);
    assert.deepEqual(await subjects(lab), ["both"]);
    assert.deepEqual(await failure(lab.ask("/wait?to=jo@b.test&timeout=0")), [404, "wait"]);
    assert.deepEqual(await clear("@c.test"), { cleared: 1 });
    assert.deepEqual(await subjects(lab), []);
  });

  test("and deletes the mails of a login with its mailbox", async () => {
    await using lab = await startLab({
      smtp: { tls: "starttls", users: { shop: "secret", mill: "secret" } },
    });
    await send(lab, "shop");
    const mill = lab.catcher.server.builder().credentials(Credentials.password("mill", "secret")).build();
    await mill.send({ from: "m@a.test", to: "jo@b.test", subject: "mill", text: "x" });
    await mill.close();
    await lab.ask("/mailboxes/login:shop", "DELETE");
    assert.deepEqual(await subjects(lab), ["mill"]);
  });
});

describe("takes a deletion back", () => {
  test("of one mail, of a mailbox and of all, each to its place", async () => {
    await using lab = await startLab();
    for (const subject of ["1", "2", "3"]) await send(lab, subject, `${subject}@b.test`);
    const undo = async () => (await (await lab.ask("/undo", "POST")).json()) as object;
    assert.deepEqual(await undo(), { restored: 0 });
    const second = (await lab.get<Listed>("/messages")).messages[1]?.id;
    await lab.ask(`/messages/${second}`, "DELETE");
    assert.deepEqual(await subjects(lab), ["3", "1"]);
    assert.deepEqual(await undo(), { restored: 1 });
    assert.deepEqual(await subjects(lab), ["3", "2", "1"]);
    await lab.ask("/mailboxes/1@b.test", "DELETE");
    lab.catcher.server.clear();
    assert.deepEqual(await subjects(lab), []);
    assert.deepEqual(await lab.get("/undo"), { count: 2 });
    assert.deepEqual(await undo(), { restored: 2 });
    assert.deepEqual(await undo(), { restored: 1 });
    assert.deepEqual(await subjects(lab), ["3", "2", "1"]);
    assert.deepEqual(await subjects(lab, "/mailboxes/1@b.test"), ["1"]);
  });

  test("without giving it to those who wait after it", async () => {
    await using lab = await startLab();
    await send(lab, "1");
    const { id } = await lab.get<Found>("/wait");
    await lab.ask(`/messages/${id}`, "DELETE");
    await lab.ask("/undo", "POST");
    assert.deepEqual(await failure(lab.ask(`/wait?after=${id}&timeout=0`)), [404, "wait"]);
  });
});

describe("lists the faults of the server", () => {
  test("switches one off and on, and counts its hits", async () => {
    await using lab = await startLab();
    const fault = { at: "rcpt", when: { recipient: "/^JO@/i" }, reply: "450 4.7.1 Later" };
    const { id } = (await (await lab.ask("/faults", "POST", fault)).json()) as { id: string };
    await assert.rejects(send(lab, "1"), { delivery: "refused" });
    await send(lab, "2", "ann@b.test");
    await lab.ask(`/faults/${id}`, "PUT", { on: false });
    await send(lab, "3");
    await lab.ask(`/faults/${id}`, "PUT", { on: true });
    await assert.rejects(send(lab, "4"));
    assert.deepEqual(await lab.get("/faults"), { faults: [{ id, fault, on: true, hits: 2 }] });
    assert.equal((await lab.ask(`/faults/${id}`, "DELETE")).status, 204);
    await send(lab, "5");
    assert.deepEqual(await failure(lab.ask(`/faults/${id}`)), [404, "id"]);
  });

  test("also those that a program has added, and forgets all", async () => {
    await using server = await TestServer.start();
    await using lab = await startLab({ server });
    server.fail({
      at: "mail",
      when: { sender: /ann/, test: () => true },
      times: Number.POSITIVE_INFINITY,
      reply: "451 No",
    });
    const { faults } = await lab.get<{ faults: { id: string; fault: object; on: boolean }[] }>("/faults");
    assert.deepEqual(faults, [
      {
        id: "1",
        fault: {
          at: "mail",
          when: { sender: "/ann/", test: "[function]" },
          times: "Infinity",
          reply: "451 No",
        },
        on: true,
        hits: 0,
      },
    ]);
    await lab.ask("/faults/1", "PUT", { on: false });
    await send(lab, "1");
    await lab.ask("/faults/1", "PUT", { on: true });
    await assert.rejects(send(lab, "2"));
    await lab.ask("/faults", "DELETE");
    await send(lab, "3");
    assert.deepEqual(server.faults, []);
  });

  test("adds several at once, as a file for --fail has them", async () => {
    await using lab = await startLab();
    const faults = [
      { at: "mail", reply: "451 No" },
      { at: "final", times: 1, drop: "before" },
    ];
    const answer = await lab.ask("/faults", "POST", faults);
    assert.equal(answer.status, 201);
    assert.deepEqual((await answer.json()) as object, [
      { id: "1", fault: faults[0], on: true, hits: 0 },
      { id: "2", fault: faults[1], on: true, hits: 0 },
    ]);
    assert.deepEqual(await (await lab.ask("/faults", "POST", [])).json(), []);
  });

  test("says what is wrong with one that has an unknown field", async () => {
    await using lab = await startLab();
    const answer = await lab.ask("/faults", "POST", { at: "rcpt", replly: "450 4.2.1 Later" });
    assert.equal(answer.status, 400);
    const { error } = (await answer.json()) as { error: { message: string } };
    assert.match(error.message, /^fault: expected .*, got .*\. There is no "replly"; the nearest is reply$/);
  });

  test("and shows that a program has lifted one", async () => {
    await using lab = await startLab();
    await lab.ask("/faults", "POST", { at: "mail", reply: "451 No" });
    lab.catcher.server.clear();
    const { faults } = await lab.get<{ faults: { on: boolean }[] }>("/faults");
    assert.deepEqual(
      faults.map(({ on }) => on),
      [false],
    );
  });

  for (const [body, field] of [
    [{ at: "nowhere", reply: "450 x" }, "fault.at"],
    [{ at: "mail" }, "fault"],
    [{ at: "mail", reply: "x" }, "fault.reply"],
    [{ at: "mail", replay: "450 x" }, "fault"],
    [{ at: "mail", reply: "450 x", when: { sender: "/(/" } }, "fault.when.sender"],
    [{ at: "mail", reply: "450 x", when: { nth: 0 } }, "fault.when.nth"],
    [[{ at: "mail", reply: "450 x" }, { at: "mail" }], "fault"],
    [[[]], "fault"],
    ["{", "body"],
    ["null", "fault"],
  ] as const)
    test(`refuses ${JSON.stringify(body)}`, async () => {
      await using lab = await startLab();
      assert.deepEqual(await failure(lab.ask("/faults", "POST", body)), [400, field]);
      assert.deepEqual(await lab.get("/faults"), { faults: [] });
    });
});

test("shows the findings and the transcript of a connection, and those of a mail", async () => {
  await using lab = await startLab();
  await send(lab, "1");
  const { lines, text } = await lab.get<{ lines: { from: string; text: string }[]; text: string }>(
    "/messages/latest/transcript",
  );
  assert.ok(lines.some((line) => line.from === "client" && line.text === "RCPT TO:<jo@b.test>"));
  assert.match(text, /^S: 220 /);
  assert.deepEqual(await lab.get("/messages/latest/findings"), { findings: [] });
  const { transcripts } = await lab.get<{ transcripts: { id: string; closed: boolean }[] }>("/transcripts");
  assert.equal(transcripts.length, 1);
  const same = await lab.get<{ lines: object[] }>(`/transcripts/${transcripts[0]?.id}`);
  assert.equal(same.lines.length, lines.length);
  assert.deepEqual(await failure(lab.ask("/findings?rule=no-such-rule")), [400, "rule"]);
});

test("serves the HTML and the parts of a mail under policies that let nothing happen", async () => {
  await using lab = await startLab();
  const raw =
    "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n" +
    '<script>x</script><img src="cid:a@b"><img src="https://cdn.test/x">\r\n--b\r\n' +
    "Content-Type: image/png; name=a.png\r\nContent-ID: <a@b>\r\nContent-Transfer-Encoding: base64\r\n\r\nUE5H\r\n--b\r\n" +
    'Content-Type: image/svg+xml\r\nContent-Disposition: inline; filename="../x.svg"\r\n\r\n<svg onload="x"/>\r\n--b--\r\n';
  await lab.catcher.server.transport().sendRaw({ from: "a@a.test", to: ["jo@b.test"] }, Buffer.from(raw));
  const view = await lab.ask("/messages/latest/html");
  const html = await view.text();
  assert.ok(html.endsWith('<img src="data:image/png;base64,UE5H"><img>'), html);
  const policy = view.headers.get("content-security-policy") ?? "";
  assert.match(
    policy,
    /^default-src 'none'; style-src 'unsafe-inline'; img-src data:;.*sandbox allow-popups/,
  );
  assert.deepEqual(await lab.get("/messages/latest/remote"), { images: ["https://cdn.test/x"] });
  const remote = await lab.ask("/messages/latest/html?remote=1");
  assert.match(remote.headers.get("content-security-policy") ?? "", /img-src data: http: https:;/);
  assert.match(await remote.text(), /<img src="https:\/\/cdn\.test\/x">/);
  const png = await lab.ask("/messages/latest/parts/1.2");
  assert.deepEqual([png.headers.get("content-type"), await png.text()], ["image/png", "PNG"]);
  const svg = await lab.ask("/messages/latest/parts/1.3");
  assert.equal(svg.headers.get("content-type"), "application/octet-stream");
  assert.equal(svg.headers.get("content-disposition"), 'attachment; filename="x.svg"');
  for (const part of ["0", "2", "1.0", "1.4", "1.2.1", "..%2f", "1.%00", "1.1e1", "-1"])
    assert.deepEqual(await failure(lab.ask(`/messages/latest/parts/${part}`)), [404, "part"], part);
  for (const id of ["..%2f..%2fetc%2fpasswd", "%00", "x".repeat(5000), "__proto__"])
    assert.deepEqual(await failure(lab.ask(`/messages/${id}`)), [404, "id"]);
});

test("answers other paths and methods with what there is", async () => {
  await using lab = await startLab();
  assert.deepEqual(await failure(lab.ask("/nothing")), [404, "path"]);
  assert.deepEqual(await failure(lab.ask("/faults", "PUT", {})), [405, "method"]);
});

test("writes a mail that comes back into the folder of the mails again", async () => {
  const keep = mkdtempSync(join(tmpdir(), "envoi-lab-"));
  const files = () => readdirSync(keep).filter((name) => name.endsWith(".eml")).length;
  await using lab = await startLab({ keep });
  await send(lab, "1");
  await send(lab, "2");
  lab.catcher.server.clear();
  assert.equal((await lab.get<{ count: number }>("/undo")).count, 0, "the lab begins with its first request");
  await send(lab, "3");
  await lab.ask("/messages/latest", "DELETE");
  assert.equal(files(), 0);
  await lab.ask("/undo", "POST");
  assert.equal(files(), 1);
});
