import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SendError, SmtpTransport } from "envoi";
import { WindowReach } from "../../../../src/transport/smtp/pool/window-reach.js";
import { BusyServer } from "./busy-server.js";

describe("the reach of windows", () => {
  it("ends at the number of mails of a connection that was closed during a window", () => {
    const reach = new WindowReach();
    assert.equal(reach.admits(1_000_000), true);
    reach.closed(4);
    reach.closed(7);
    assert.deepEqual([reach.admits(3), reach.admits(4)], [true, false]);
  });

  it("grows by the mails that a connection had without a window, and has no limit after twice as many", () => {
    const reach = new WindowReach();
    reach.closed(4);
    reach.answered(5);
    assert.deepEqual([reach.admits(4), reach.admits(5)], [true, false]);
    reach.answered(9);
    assert.equal(reach.admits(1_000_000), true);
  });

  it("does not grow if the server closes during a window a second time", () => {
    const reach = new WindowReach();
    reach.closed(4);
    reach.answered(9);
    reach.closed(4);
    reach.answered(100);
    assert.deepEqual([reach.admits(99), reach.admits(100)], [true, false]);
  });

  for (const mails of [1, 3])
    it(`loses sight of one window at most to a server that closes after ${mails} mails without a word`, async () => {
      const took: number[] = [];
      await using server = await BusyServer.start({
        onContent(_mail, nth) {
          took[nth] = (took[nth] ?? 0) + 1;
          return took[nth] === mails ? { say: "250 2.0.0 queued", close: true } : undefined;
        },
      });
      await using transport = SmtpTransport.builderDangerous("127.0.0.1")
        .port(server.port)
        .pipelining("window")
        .pool({ maxSize: 1 })
        .build();
      const results = await Promise.allSettled(
        Array.from({ length: 60 }, (_, i) =>
          transport.send({ from: "a@x.test", to: "b@y.test", subject: `number ${i}`, text: "" }),
        ),
      );
      const failed = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
      assert.ok(failed.length <= 4, `${failed.length}`);
      for (const error of failed)
        assert.ok(error instanceof SendError && error.delivery === "unknown", `${error}`);
      assert.equal(new Set(server.taken).size, 60 - failed.length);
      assert.equal(server.taken.length, 60 - failed.length);
    });
});
