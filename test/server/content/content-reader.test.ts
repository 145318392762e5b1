import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { DataContext, SmtpServerOptions, Verdict } from "envoi/server";
import { RunningServer } from "#src/server/running-server.js";
import { HandClock } from "../../net/hand-clock.js";
import { Client } from "../client.js";

/** More than waits for a reader. */
const large = `${"x".repeat(76)}\r\n`.repeat(10_000);
const small = "one\r\ntwo\r\n";

async function start(
  data: (context: DataContext) => Promise<Verdict> | Verdict,
  more: SmtpServerOptions = {},
) {
  const errors: unknown[] = [];
  const clock = new HandClock();
  const options: SmtpServerOptions = {
    domains: ["y.test"],
    received: false,
    data,
    onError: ({ error }) => void errors.push(error),
    ...more,
  };
  const server = await RunningServer.start(options, { clock });
  const client = await Client.connect(server.port);
  client.say("EHLO x", "MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>");
  await client.replies(4);
  const dispose = async () => {
    client.socket.destroy();
    await server.close(0);
  };
  return { client, clock, errors, [Symbol.asyncDispose]: dispose };
}

/** Says content by DATA, or in chunks. */
function say(client: Client, how: "DATA" | "BDAT", content: string): void {
  if (how === "DATA") client.write(`DATA\r\n${content}.\r\n`);
  else {
    const half = content.length / 2;
    client.write(`BDAT ${half}\r\n${content.slice(0, half)}BDAT ${half} LAST\r\n${content.slice(half)}`);
  }
}

async function verdict(client: Client): Promise<string> {
  const [, last = ""] = await client.replies(2);
  return last;
}

/** Lets the time for content pass, once, when the server has taken what it takes without a reader. */
async function stall({
  clock,
  errors,
}: {
  readonly clock: HandClock;
  readonly errors: unknown[];
}): Promise<void> {
  await quiet();
  clock.turn(1000);
  while (errors.length === 0) await turn();
}

/** Until what is on its way within this machine has come. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < 500; turns++) await turn();
}

for (const how of ["DATA", "BDAT"] as const) {
  for (const [size, content] of Object.entries({ small, large })) {
    describe(`SmtpServer: a reader that the hook leaves behind, ${size} content by ${how}`, () => {
      it("gets the whole message, and the client gets its reply afterwards", async () => {
        let read: string | undefined;
        await using talk = await start(({ bytes }) => {
          void (async () => {
            const all = await bytes();
            await turn();
            read = String(all);
          })();
        });
        say(talk.client, how, content);
        assert.match(await verdict(talk.client), /^250 /);
        await turn();
        await turn();
        assert.equal(read === content, true);
      });

      it("gets it even if it is slow", async () => {
        let read = "";
        await using talk = await start(({ content: pieces }) => {
          void (async () => {
            for await (const piece of pieces) {
              read += piece;
              await turn();
            }
          })();
        });
        say(talk.client, how, content);
        assert.match(await verdict(talk.client), /^250 /);
        assert.equal(read === content, true);
      });

      it("that stops gets an error after the time for content, and the client 451", async () => {
        let iterator: AsyncIterator<Buffer> | undefined;
        await using talk = await start(
          ({ content: pieces }) => {
            iterator = pieces[Symbol.asyncIterator]();
            void iterator.next();
          },
          { timeouts: { content: 1000 } },
        );
        say(talk.client, how, content);
        const said = verdict(talk.client);
        await stall(talk);
        assert.match(await said, /^451 4\.3\.0/);
        await assert.rejects(async () => await iterator?.next(), { kind: "timeout" });
        assert.equal(talk.errors.length, 1);
      });
    });
  }
}

describe("SmtpServer: a reader", () => {
  it("that stops while its hook never ends gets an error too, and the client 451", async () => {
    let begun = false;
    await using talk = await start(
      async ({ content }) => {
        await content[Symbol.asyncIterator]().next();
        begun = true;
        return await new Promise<undefined>(() => {});
      },
      { timeouts: { content: 1000 } },
    );
    say(talk.client, "DATA", small);
    const said = verdict(talk.client);
    while (!begun) await turn();
    await stall(talk);
    assert.match(await said, /^451 4\.3\.0/);
  });

  it("that begins after the content has come, and stops, gets an error too", async () => {
    let begin = (): void => {};
    await using talk = await start(
      async ({ content }) => {
        await new Promise<void>((resolve) => {
          begin = resolve;
        });
        content[Symbol.asyncIterator]();
        return await new Promise<undefined>(() => {});
      },
      { timeouts: { content: 1000 } },
    );
    say(talk.client, "DATA", small);
    const said = verdict(talk.client);
    await quiet();
    begin();
    await stall(talk);
    assert.match(await said, /^451 4\.3\.0/);
  });

  it("may ask for many pieces at once, and gets them in order, and then the end", async () => {
    let asked: Promise<IteratorResult<Buffer>[]> | undefined;
    await using talk = await start(async ({ content }) => {
      const iterator = content[Symbol.asyncIterator]();
      asked = Promise.all(Array.from({ length: 5 }, () => iterator.next()));
      await asked;
    });
    talk.client.say("DATA");
    await talk.client.reply();
    for (const line of ["one\r\n", "two\r\n", ".\r\n"]) {
      talk.client.write(line);
      await quiet();
    }
    assert.match(await talk.client.reply(), /^250 /);
    const pieces = (await asked)?.map(({ value, done }) => (done === true ? "end" : String(value)));
    assert.deepEqual(pieces, ["one\r\n", "two\r\n", "end", "end", "end"]);
  });

  it("that lets go while it waits for a piece gets the end", async () => {
    let last: IteratorResult<Buffer> | undefined;
    await using talk = await start(async ({ content }) => {
      const iterator = content[Symbol.asyncIterator]();
      const next = iterator.next();
      await iterator.return?.();
      last = await next;
    });
    talk.client.say("DATA");
    await talk.client.reply();
    await quiet();
    assert.equal(last?.done, true);
    talk.client.write(`${small}.\r\n`);
    assert.match(await talk.client.reply(), /^250 /);
  });

  it("has its own time for content, whatever the reader of the message before took", async () => {
    let message = 0;
    let proceed = (): void => {};
    await using talk = await start(
      async ({ content }) => {
        const iterator = content[Symbol.asyncIterator]();
        await iterator.next();
        await new Promise<void>((resolve) => {
          proceed = resolve;
        });
        if (++message === 2) return;
        while ((await iterator.next()).done !== true);
      },
      { timeouts: { content: 1000 } },
    );
    const { client, clock, errors } = talk;
    say(client, "DATA", small);
    await quiet();
    clock.turn(600);
    proceed();
    assert.match(await verdict(client), /^250 /);
    client.say("MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>");
    await client.replies(2);
    say(client, "DATA", small);
    await quiet();
    clock.turn(999);
    await quiet();
    assert.deepEqual(errors, []);
    clock.turn(1);
    await quiet();
    assert.equal(errors.length, 1);
    assert.match(await verdict(client), /^451 4\.3\.0/);
  });

  it("has begun if its hook leaves a Readable or an iterator behind that reads a moment later", async () => {
    for (const begin of [
      (content: AsyncIterable<Buffer>) => Readable.from(content),
      (content: AsyncIterable<Buffer>) => {
        const iterator = content[Symbol.asyncIterator]();
        return { [Symbol.asyncIterator]: () => iterator };
      },
    ]) {
      let read: Promise<string> | undefined;
      await using talk = await start(({ content }) => {
        const begun = begin(content);
        read = turn().then(() => text(begun));
        read.catch(() => {});
      });
      say(talk.client, "DATA", large);
      assert.match(await verdict(talk.client), /^250 /);
      assert.equal(await read, large);
    }
  });

  it("that is let go of before its first piece keeps nobody waiting", async () => {
    await using talk = await start(async ({ content }) => {
      await content[Symbol.asyncIterator]().return?.();
    });
    say(talk.client, "DATA", large);
    assert.match(await verdict(talk.client), /^250 /);
  });

  it("gets an error if it begins after the hook has returned", async () => {
    let late: Promise<unknown> | undefined;
    await using talk = await start(({ bytes }) => {
      late = turn().then(bytes);
      late.catch(() => {});
    });
    talk.client.say("DATA");
    await talk.client.reply();
    await turn();
    await turn();
    talk.client.write(`${small}.\r\n`);
    assert.match(await talk.client.reply(), /^250 /);
    await assert.rejects(async () => await late);
  });

  it("gets an error if the client leaves", async () => {
    let reading: Promise<unknown> | undefined;
    await using talk = await start(({ bytes }) => {
      reading = bytes();
    });
    talk.client.say("DATA", "half");
    await talk.client.reply();
    while (reading === undefined) await turn();
    talk.client.socket.destroy();
    await assert.rejects(reading, { kind: "closed" });
  });

  it("does not end the process if its hook fails without waiting for it", async () => {
    await using talk = await start(({ bytes }) => {
      void bytes();
      throw new Error("at once");
    });
    talk.client.say("DATA", "a bare \r CR", ".");
    await talk.client.reply();
    assert.match(await talk.client.reply(), /^521 /);
  });
});
