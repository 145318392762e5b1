import assert from "node:assert/strict";
import { test } from "node:test";
import type { Database, ListeningHandlers } from "#src/outbox/database/database.js";
import { Schema } from "#src/outbox/schema/schema.js";
import { Waker } from "#src/outbox/worker/waker.js";

/** A database that listens when the test says so. */
class Listening {
  readonly handlers: ListeningHandlers[] = [];
  readonly arrivals: (() => void)[] = [];
  stopped = 0;
  /** Whether notifications arrive. */
  arrives = true;

  get database(): Database {
    return {
      listen: async (_channel: string, handlers: ListeningHandlers) => {
        this.handlers.push(handlers);
        await new Promise<void>((resolve) => this.arrivals.push(resolve));
        return async () => void this.stopped++;
      },
      query: async (_text: string, [payload]: readonly unknown[] = []) => {
        if (this.arrives) this.handlers.at(-1)?.onNotification(String(payload));
        return [];
      },
    } as unknown as Database;
  }
}

test("a worker listens once, however long it takes to connect", async () => {
  const listening = new Listening();
  const waker = new Waker(listening.database, new Schema("envoi"), () => {});
  const first = waker.begin("a");
  await waker.begin("a");
  assert.equal(listening.handlers.length, 1);
  listening.arrivals[0]?.();
  await first;
  assert.equal(waker.listening, true);
  await waker.begin("a");
  assert.equal(listening.handlers.length, 1);
  await waker.end();
  assert.equal(listening.stopped, 1);
});

test("a worker that stops while it connects keeps no connection", async () => {
  const listening = new Listening();
  const waker = new Waker(listening.database, new Schema("envoi"), () => {});
  const begun = waker.begin("a");
  await waker.end();
  listening.arrivals[0]?.();
  await begun;
  assert.equal(listening.stopped, 1);
  await waker.begin("a");
  assert.equal(listening.handlers.length, 1);
});

test("a worker whose connection breaks before a notification has come listens again", async () => {
  const listening = new Listening();
  listening.arrives = false;
  const waker = new Waker(listening.database, new Schema("envoi"), () => {});
  const first = waker.begin("a");
  listening.arrivals[0]?.();
  await new Promise((resolve) => setImmediate(resolve));
  listening.handlers[0]?.onEnd();
  await first;
  assert.equal(waker.listening, undefined);
  listening.arrives = true;
  const second = waker.begin("a");
  listening.arrivals[1]?.();
  await second;
  assert.equal(waker.listening, true);
  await waker.end();
});
