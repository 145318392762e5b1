import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { DkimSigner } from "envoi";
import { Resolver } from "envoi/verify";
import { Hono } from "hono";
import type { CatcherContext } from "#src/catcher/context.js";
import { labApi } from "#src/catcher/lab/lab-api.js";
import { rsa } from "../../signing/keys.js";
import { type LabClient, startLab } from "./lab-client.js";

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

describe("the OpenAPI document of the lab", () => {
  let lab: LabClient;
  let document: Document;
  const zone = Resolver.zone({ "a.test": { TXT: "v=spf1 ip4:192.0.2.1 -all" } });

  before(async () => {
    lab = await startLab({ smtp: { verify: { resolver: zone, clientAddress: "192.0.2.1" } } });
    document = await lab.get<Document>("/openapi.json");
  });
  after(() => lab[Symbol.asyncDispose]());

  test("is valid OpenAPI 3.1", async () => {
    const { valid, errors } = await new Validator().validate({ ...structuredClone(document) });
    assert.ok(valid, JSON.stringify(errors));
  });

  test("describes the routes that there are, and no others", () => {
    const app = new Hono();
    const nothing = { mails: [], listen: () => () => {} };
    labApi(app, { store: nothing, server: { faults: [] } } as unknown as CatcherContext);
    const served = app.routes
      .filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`)
      .filter((route) => route !== "GET /api/lab/openapi.json");
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual([...new Set(served)].sort(), described.sort());
  });

  test("names each operation once, and describes every parameter of a path", () => {
    const operations = Object.entries(document.paths).flatMap(([path, each]) =>
      Object.values(each).map((operation) => ({ path, operation })),
    );
    const names = operations.map(({ operation }) => operation.operationId);
    assert.equal(new Set(names).size, names.length);
    for (const { path, operation } of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const inPath = (operation.parameters ?? []).filter((each) => each.in === "path");
      assert.deepEqual(
        inPath.map(({ name }) => name),
        named,
        path,
      );
    }
  });

  test("describes the answers of every operation, those of failures too", async () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    formats.default(ajv);
    ajv.addSchema({ $id: "doc", components: document.components });
    const validators = new Map<object, ValidateFunction>();
    const validate = (schema: object): ValidateFunction => {
      const known = validators.get(schema);
      if (known !== undefined) return known;
      const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"doc#/components'));
      const made = ajv.compile(absolute);
      validators.set(schema, made);
      return made;
    };
    const seen = new Set<string>();
    const check = async (
      template: string,
      path = template,
      method = "get",
      body?: unknown,
    ): Promise<void> => {
      const answer: Response = await lab.ask(path, method.toUpperCase(), body);
      const operation = document.paths[`/api/lab${template}`]?.[method];
      const described = operation?.responses[String(answer.status)];
      assert.ok(described, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
      const text = await answer.text();
      const schema = described.content?.["application/json"]?.schema;
      if (schema !== undefined) {
        const valid = validate(schema);
        assert.ok(valid(JSON.parse(text)), `${method} ${path}: ${JSON.stringify(valid.errors)} ${text}`);
      } else if (described.content === undefined) assert.equal(text, "");
      const { ok } = answer;
      if (ok) seen.add(`${method} ${template}`);
    };

    await fill(lab);
    const { messages } = await lab.get<{ messages: { id: string }[] }>("/messages");
    const ids = messages.map(({ id }) => id);
    const { transcripts } = await lab.get<{ transcripts: { id: string }[] }>("/transcripts");
    await check("/messages");
    await check("/messages", "/messages?limit=x");
    await check("/wait", "/wait?to=jo@b.test");
    await check("/wait", "/wait?to=nobody@b.test&timeout=1ms");
    await check("/wait", "/wait?after=x");
    for (const id of [...ids, "latest", "unknown"]) {
      for (const rest of [
        "",
        "/html",
        "/remote",
        "/raw",
        "/parts",
        "/links",
        "/codes",
        "/verdicts",
        "/transcript",
        "/findings",
      ])
        await check(`/messages/{id}${rest}`, `/messages/${id}${rest}`);
      for (const part of ["1", "1.1", "1.9", "x"])
        await check("/messages/{id}/parts/{part}", `/messages/${id}/parts/${part}`);
      await check("/messages/{id}/verdicts", `/messages/${id}/verdicts`, "post", {
        zone: {},
        ip: "192.0.2.1",
      });
      await check("/messages/{id}/verdicts", `/messages/${id}/verdicts`, "post", { zone: 1 });
    }
    await check("/mailboxes");
    for (const box of ["jo@b.test", "@b.test", "login:shop", "nobody"])
      await check("/mailboxes/{mailbox}", `/mailboxes/${box}`);
    await check("/faults", "/faults", "post", { at: "rcpt", when: { recipient: "/x/" }, reply: "450 Later" });
    await check("/faults", "/faults", "post", [{ at: "mail", reply: "450 Later" }]);
    await check("/faults", "/faults", "post", { at: "nowhere" });
    await check("/faults", "/faults", "post", "[");
    await check("/faults");
    for (const id of ["1", "99"]) {
      await check("/faults/{fault}", `/faults/${id}`);
      await check("/faults/{fault}", `/faults/${id}`, "put", { on: false });
      await check("/faults/{fault}", `/faults/${id}`, "put", { on: "no" });
      await check("/faults/{fault}", `/faults/${id}`, "delete");
    }
    await check("/faults", "/faults", "delete");
    await check("/findings");
    await check("/findings", "/findings?rule=none");
    await check("/transcripts");
    for (const id of [transcripts[0]?.id ?? "", "x"])
      await check("/transcripts/{connection}", `/transcripts/${id}`);
    await check("/mailboxes/{mailbox}", "/mailboxes/jo@b.test", "delete");
    await check("/messages/{id}", "/messages/latest", "delete");
    await check("/undo");
    await check("/undo", "/undo", "post");

    const all = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path.slice("/api/lab".length)}`),
    );
    assert.deepEqual([...seen].sort(), all.sort(), "every operation succeeded once");
  });
});

/** Mails of several kinds, one of them from a client that breaks a rule. */
async function fill({ catcher }: LabClient): Promise<void> {
  const transport = catcher.server
    .builder()
    .sign(DkimSigner.create({ domain: "a.test", selector: "s", key: rsa }))
    .build();
  await transport.send({
    from: "Ann <ann@a.test>",
    to: ["jo@b.test", "Bo <bo@c.test>"],
    subject: "Hi",
    text: "Code: 123456",
  });
  await transport.send({
    from: "ann@a.test",
    to: "jo@b.test",
    cc: "cy@c.test",
    subject: "Ünïcode",
    text: "https://a.test/x",
    html: '<img src="https://cdn.test/x.png"><a href="https://a.test/x">x</a>',
    listUnsubscribe: "https://a.test/u",
  });
  await transport.sendRaw(
    { from: null, to: ["jo@b.test"] },
    Buffer.from("From: x@a.test\r\nContent-Type: application/x; name=a.b\r\nX-Tags: one, two\r\n\r\nx\r\n"),
  );
  await transport.close();
  // Without QUIT, and with a space that does not belong there.
  const { connect } = await import("node:net");
  const socket = connect(catcher.server.port, catcher.server.host);
  socket.write("EHLO x\r\nMAIL FROM: <ann@a.test>\r\nRCPT TO:<jo@b.test>\r\nDATA\r\n");
  await catcher.server.waitForMessages(3);
  await new Promise<void>((resolve) => {
    let said = "";
    socket.on("data", (octets) => {
      said += octets;
      if (said.includes("354") && !said.includes("queued")) socket.write("Subject: Raw\r\n\r\nx\r\n.\r\n");
      if (/^250 2\.0\.0|^250 2\.6\.0/m.test(said)) socket.destroy();
    });
    socket.on("close", () => resolve());
  });
}
