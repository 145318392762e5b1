import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { WebSocket } from "ws";
import { startCatcher, type TestedCatcher } from "./mails.js";

interface Event {
  readonly Type: string;
  readonly Data: Record<string, unknown> | null;
}

/** Opens the WebSocket, as a program or a page of the catcher. */
async function subscribe(box: TestedCatcher) {
  const url = box.catcher.url.replace("http", "ws");
  const socket = new WebSocket(`${url}/api/events`, { origin: box.catcher.url });
  const events: Event[] = [];
  let wake = (): void => {};
  socket.on("message", (data) => {
    events.push(JSON.parse(String(data)) as Event);
    wake();
  });
  await once(socket, "open");
  return {
    events,
    /** The first event of a type that is still there; it and those before are taken away. */
    async next(type: string): Promise<Event> {
      for (;;) {
        const index = events.findIndex(({ Type }) => Type === type);
        if (index !== -1) return events.splice(0, index + 1).at(-1) as Event;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close: () => socket.terminate(),
  };
}

test("tells a WebSocket what happens to mails, as mailpit does", async () => {
  await using box = await startCatcher();
  const socket = await subscribe(box);
  assert.deepEqual((await socket.next("stats")).Data, { Total: 0, Unread: 0, Version: "0.1.0" });
  const id = await box.deliver("From: a@a.test\nTo: jo@a.test\nSubject: one\n\nHello you\n");
  const { Data: mail } = await socket.next("new");
  assert.deepEqual([mail?.["ID"], mail?.["Subject"], mail?.["Snippet"]], [id, "one", "Hello you"]);
  assert.deepEqual((await socket.next("stats")).Data, { Total: 1, Unread: 1, Version: "0.1.0" });
  await box.json(`/api/v1/message/${id}`);
  assert.deepEqual((await socket.next("update")).Data, { ID: id, Read: true, Tags: [] });
  await box.text("/api/v1/tags", "PUT", { IDs: [id], Tags: ["x"] });
  assert.deepEqual((await socket.next("update")).Data, { ID: id, Read: true, Tags: ["x"] });
  await box.text("/api/v1/messages", "DELETE", { IDs: [id] });
  assert.deepEqual((await socket.next("delete")).Data, { ID: id });
  await box.deliver("Subject: two\n\nx\n");
  await box.text("/api/v1/messages", "DELETE");
  assert.equal((await socket.next("truncate")).Data, null);
  socket.close();
});

test("tells of many deletions at once, and of mails that made room, by prune", async () => {
  await using box = await startCatcher({ max: 300 });
  const socket = await subscribe(box);
  await socket.next("stats");
  const { server } = box.catcher;
  const transport = server.transport();
  const to = "jo@a.test";
  for (let index = 0; index < 301; index++)
    await transport.send({ from: to, to, subject: `${index}`, text: "x" });
  assert.equal((await socket.next("prune")).Data, null);
  await socket.next("stats");
  assert.equal(await box.text("/api/v1/search?query=x", "DELETE"), "200 ok");
  assert.equal((await socket.next("prune")).Data, null);
  socket.close();
});

test("reports clients of the SMTP server that were refused", async () => {
  await using box = await startCatcher();
  const socket = await subscribe(box);
  box.catcher.server.fail({ at: "rcpt", reply: "550 5.1.1 Nobody here" });
  await assert.rejects(box.deliver("Subject: one\n\nx\n"));
  const { Data } = await socket.next("error");
  assert.deepEqual(Data, {
    Level: "error",
    Type: "smtpd",
    IP: "127.0.0.1",
    Message: "550 5.1.1 Nobody here",
  });
  socket.close();
});
