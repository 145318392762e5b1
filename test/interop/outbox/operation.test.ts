import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { after, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Attachment, Message } from "envoi";
import { Outbox } from "envoi/outbox";
import { TestServer } from "envoi/testing";
import pg from "pg";
import { until } from "../../contract/outbox-contract.ts";
import { Daemon } from "../daemon.ts";
import { Postgres } from "../postgres.ts";
import { WorkerProcess } from "./worker-process.ts";

const receipt = { from: "shop@example.com", to: "ada@example.org", subject: "Receipt", text: "Thank you." };
let schemas = 0;
const freshSchema = (): string => `operation_${++schemas}`;

describe("operating an outbox", async () => {
  const postgres = await Postgres.start();
  after(() => postgres[Symbol.asyncDispose]());

  test("ten processes on an empty database make its tables once", async () => {
    await postgres.sql("create database empty");
    const program = `
      import { Outbox } from ${JSON.stringify(new URL("../../../src/outbox/index.js", import.meta.url).href)};
      const outbox = await Outbox.open({ database: process.argv[1] });
      await outbox.enqueue({ from: "a@example.com", to: "b@example.org", subject: "s", text: "t" });
      await outbox.close();`;
    const url = postgres.urlOf("postgres", "empty");
    const ends = Array.from({ length: 10 }, async () => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", program, url], {
        stdio: "inherit",
      });
      const [code] = await once(child, "exit");
      return code as number | null;
    });
    assert.deepEqual(
      await Promise.all(ends),
      Array.from({ length: 10 }, () => 0),
    );
    await using outbox = await Outbox.open({ database: url });
    assert.equal((await outbox.status()).mails.waiting, 10);
  });

  test("a role without the right to create tables is told what to run, and can use them then", async () => {
    await postgres.sql(
      "create role worker login; create role owner login; grant create on database postgres to owner",
    );
    const schema = freshSchema();
    const open = (migrate = true) => Outbox.open({ database: postgres.urlOf("worker"), schema, migrate });
    for (const migrate of [true, false])
      await assert.rejects(open(migrate), { kind: "configuration", message: /Outbox\.sql\(\).*[Gg]rant/ });
    await postgres.sql(Outbox.sql(schema), "owner");
    await postgres.sql(
      `grant usage on schema ${schema} to worker;
       grant select, insert, update, delete on all tables in schema ${schema} to worker`,
      "owner",
    );
    await using server = await TestServer.start();
    await using outbox = await Outbox.open({
      database: postgres.urlOf("worker"),
      schema,
      migrate: false,
      transport: server.transport(),
    });
    outbox.work();
    const { id } = await outbox.enqueue(receipt);
    await until(
      async () => outbox.find(id),
      ({ state }) => state === "sent",
    );
  });

  test("a database of the next version is used if that allows it, and a newer one is refused", async () => {
    const schema = freshSchema();
    const open = () => Outbox.open({ database: postgres.url, schema });
    await (await open()).close();
    await postgres.sql(`insert into ${schema}.version (version, compatible) values (2, 1)`);
    await (await open()).close();
    await postgres.sql(`update ${schema}.version set compatible = 2 where version = 2`);
    await assert.rejects(open(), { kind: "configuration", message: /update envoi/ });
    await postgres.sql(`update ${schema}.version set version = 9, compatible = 1 where version = 2`);
    await assert.rejects(open(), { kind: "configuration", message: /update envoi/ });
  });

  test("what cannot be opened is refused with the reason and the remedy", async () => {
    const ended = async (): Promise<pg.Pool> => {
      const pool = new pg.Pool({ connectionString: postgres.url });
      await pool.end();
      return pool;
    };
    const wrong: [unknown, RegExp][] = [
      ["mysql://localhost/shop", /postgres:\/\//],
      ["not a url", /postgres:\/\//],
      ["postgres://shop:pa/ss@localhost/shop", /not valid\. Check the port, and write \/ .* as %2F/],
      ["postgres://localhost:99999/shop", /not valid\. Check the port/],
      [new URL("postgres://postgres@127.0.0.1:1/shop"), /nothing listens/],
      [new pg.Client(postgres.url), /^database: expected a Pool of pg, not a Client/],
      [await ended(), /^database: it is closed/],
      [
        { folder: "package.json" },
        /^database\.folder: expected a folder that this process can make .*EEXIST/,
      ],
      ["postgres://postgres@127.0.0.1:1/shop", /nothing listens/],
      [postgres.urlOf("postgres", "missing"), /createdb/],
      [postgres.urlOf("nobody"), /nobody/],
      [undefined, /database/],
      [{}, /folder/],
    ];
    for (const [database, message] of wrong)
      await assert.rejects(
        Outbox.open({ database: database as string }),
        (error: Error) => message.test(error.message) && !error.message.includes("TypeError"),
        String(database),
      );
  });

  test("two open transactions with one attachment do not wait for each other", async () => {
    await using outbox = await Outbox.open({ database: postgres.url, schema: freshSchema() });
    const attach = Attachment.fromBytes("terms.pdf", Buffer.alloc(200_000, "terms"));
    const message = (subject: string): Message => Message.create({ ...receipt, subject, attach });
    await outbox.transaction(async (one) => {
      await outbox.enqueue(message("one"), { via: one });
      const other = outbox.transaction((via) => outbox.enqueue(message("two"), { via }));
      assert.notEqual(await Promise.race([other, delay(10_000, "waits", { ref: false })]), "waits");
      await outbox.enqueue(message("three"), { via: one });
    });
    assert.equal((await outbox.status()).mails.waiting, 3);
  });

  test("behind pgbouncer a worker notices that no notification arrives, and looks for mails itself", async () => {
    await using pgbouncer = await Daemon.start({
      name: "pgbouncer",
      ports: ["pool"],
      async furnish(directory, { pool }) {
        const configuration = `
          [databases]
          postgres = host=127.0.0.1 port=${postgres.port} user=postgres
          [pgbouncer]
          listen_addr = 127.0.0.1
          listen_port = ${pool}
          unix_socket_dir =
          auth_type = any
          pool_mode = transaction
          default_pool_size = 5
          user = postgres`;
        await writeFile(join(directory, "pgbouncer.ini"), configuration.replace(/^ +/gm, ""));
        return ["/usr/sbin/pgbouncer", join(directory, "pgbouncer.ini")];
      },
    });
    const database = `postgres://postgres@127.0.0.1:${pgbouncer.ports.pool}/postgres`;
    await using server = await TestServer.start();
    const schema = freshSchema();
    await using outbox = await Outbox.open({ database, schema, transport: server.transport() });
    const workers = [outbox.work(), outbox.work()];
    await outbox.enqueueAll(Array.from({ length: 200 }, () => receipt));
    await outbox.transaction((via) => outbox.enqueue(receipt, { via }));
    await until(
      async () => server.messages.length,
      (count) => count === 201,
    );
    await delay(5500);
    assert.deepEqual(
      (await outbox.status()).workers.map(({ listening }) => listening),
      [false, false],
    );
    const { id } = await outbox.enqueue(receipt);
    await until(
      async () => outbox.find(id),
      ({ state }) => state === "sent",
    );
    // pg-boss works there, too.
    await until(
      async () => postgres.sql(`select count(*) from ${schema}_boss.job where state = 'completed'`),
      (count) => Number(count) > 0,
    );
    await Promise.all(workers.map((worker) => worker.stop()));
  });

  test("a dump of the database holds neither body nor recipient after the time to keep them", async () => {
    await postgres.sql("create database kept");
    await using server = await TestServer.start();
    server.fail({ at: "rcpt", when: { recipient: /^refused/ }, reply: "550 5.1.1 No refused-mailbox here" });
    await using outbox = await Outbox.open({
      database: postgres.urlOf("postgres", "kept"),
      transport: server.transport(),
      keep: { content: 0, record: 1000 },
    });
    const attach = Attachment.fromBytes("secret.txt", Buffer.from("secret-attachment ".repeat(10_000)));
    for (const to of ["ada-the-recipient@example.org", "refused-ada@example.org"])
      await outbox.enqueue({ ...receipt, to, text: "secret-body", attach });
    outbox.work();
    await until(
      async () => outbox.status(),
      ({ mails }) => Object.values(mails).every((count) => count === 0),
    );
    // A piece is spared for ten seconds after its last use.
    await until(
      async () => Number((await outbox.query("select count(*)::int as n from envoi.piece")).rows[0]?.["n"]),
      (count) => count === 0,
    );
    const dump = await postgres.dump("kept");
    assert.match(dump, /CREATE TABLE envoi\.mail/);
    for (const secret of ["ada", "secret", Buffer.from("secret").toString("hex"), "c2VjcmV0"])
      assert.equal(dump.includes(secret), false, secret);
  });

  test("a rate holds over four processes in every window, whatever their clocks say", async (t) => {
    const times: number[] = [];
    await using server = await TestServer.start();
    server.fail({ at: "mail", when: { test: () => times.push(performance.now()) < 0 }, reply: "451 never" });
    const schema = freshSchema();
    await using outbox = await Outbox.open({ database: postgres.url, schema });
    await outbox.enqueueAll(Array.from({ length: 300 }, () => receipt));
    const orders = {
      database: postgres.url,
      smtpPort: server.port,
      schema,
      rates: { relay: { messages: 50, interval: 1000 } },
      jitter: 20,
    };
    const workers = await Promise.all(
      [0, 600_000, -600_000, 1000].map((clock) => WorkerProcess.start({ ...orders, clock })),
    );
    await until(
      async () => server.messages.length,
      (count) => count === 300,
    );
    for (const worker of workers) assert.equal(await worker.terminate(), "SIGTERM");
    assert.equal(times.length, 300);
    const most = Math.max(
      ...times.map((begin) => times.filter((time) => time >= begin && time < begin + 1000).length),
    );
    assert.ok(most <= 50, `${most} within a second`);
    t.diagnostic(`${(300 / ((times.at(-1) ?? 0) - (times[0] ?? 0))) * 1000} a second`);
  });

  test("rates of tenants and domains hold back only their own mails", async () => {
    await using server = await TestServer.start();
    await using outbox = await Outbox.open({
      database: postgres.url,
      schema: freshSchema(),
      transport: server.transport(),
      rates: {
        tenant: { messages: 5, interval: 3_600_000 },
        domain: { "Slow.example": { messages: 2, interval: 3_600_000 } },
      },
    });
    const items = (tenant: string, to: string, count: number) =>
      Array.from({ length: count }, (_, n) => ({
        message: { ...receipt, to, subject: `${tenant} ${n}` },
        tenant,
      }));
    await outbox.enqueueAll([
      ...items("a", "ada@example.org", 20),
      ...items("b", "bob@slow.example", 4),
      ...items("c", "cleo@example.org", 4),
      ...items("d", "dora@slow.example", 1),
    ]);
    outbox.work();
    await until(
      async () => server.messages.length,
      (count) => count === 5 + 2 + 4,
    );
    await delay(500);
    const of = (tenant: string): number =>
      server.messages.filter(({ parsed }) => parsed.subject?.startsWith(tenant)).length;
    assert.deepEqual([of("a"), of("b") + of("d"), of("c")], [5, 2, 4]);
  });

  test("behind a million mails of one tenant the first mail of another starts within a second", async (t) => {
    const schema = freshSchema();
    await using server = await TestServer.start();
    await using outbox = await Outbox.open({ database: postgres.url, schema, transport: server.transport() });
    const { id } = await outbox.enqueue(receipt, { tenant: "a" });
    await postgres.sql(
      `insert into ${schema}.mail (tenant, state, due, at, recipients, message_id, content, size)
       select tenant, state, due, at, recipients, message_id, content, size
       from ${schema}.mail, generate_series(1, 1000000) where id = ${id}; analyze ${schema}.mail`,
    );
    const worker = outbox.work();
    await until(
      async () => server.messages.length,
      (count) => count >= 100,
    );
    const waits: number[] = [];
    for (let n = 0; n < 5; n++) {
      const begin = performance.now();
      const mail = await outbox.enqueue({ ...receipt, subject: `b ${n}` }, { tenant: "b" });
      const { attempts } = await until(
        async () => outbox.find(mail.id),
        ({ state }) => state === "sent",
      );
      assert.equal(attempts.length, 1);
      waits.push(performance.now() - begin);
    }
    await worker.stop();
    t.diagnostic(`${waits.map(Math.round)} ms`);
    assert.ok(Math.max(...waits) < 1000, `${waits}`);
  });
});
