import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  EnvoiError,
  FailoverTransport,
  RetryTransport,
  type SendOptions,
  SmtpTransport,
  StubTransport,
  TlsParameters,
  type Transport,
} from "envoi";

const mail = { from: "a@x.test", to: "b@y.test", subject: "s", text: "t" };

/** What no option takes. Some of it cannot be made a string of. */
const junk: readonly unknown[] = [
  ...[null, -0.5, Number.NaN, "", "text", 1n, Symbol("text"), () => 0],
  ...[[], {}, [null], Object.create(null), new Date(0)],
];

async function refused(what: string, attempt: (value: never) => unknown): Promise<void> {
  for (const [at, value] of junk.entries())
    await assert.rejects(
      async () => attempt(value as never),
      (error) => {
        assert.ok(EnvoiError.is(error), `${what}, value ${at}: ${error}`);
        assert.equal(error.kind, "configuration", `${what}, value ${at}`);
        return true;
      },
      `${what} takes value ${at}`,
    );
}

function relay(): SmtpTransport {
  return SmtpTransport.unencryptedLocalhost(1);
}

describe("a value of the wrong type, as JavaScript may give it, is refused", () => {
  it("by the builder", async () => {
    const builder = () => SmtpTransport.builderDangerous("relay.test");
    await refused("port", (port) => builder().port(port));
    await refused("deadline", (ms) => builder().deadline(ms));
    await refused("localAddress", (ip) => builder().localAddress(ip));
    await refused("unencryptedLocalhost", (port) => SmtpTransport.unencryptedLocalhost(port));
    await refused("minVersion", (version) => TlsParameters.builder().minVersion(version));
    for (const name of ["maxSize", "minIdle", "idleTimeout", "maxInFlight", "maxLifetime", "maxQueue"])
      await refused(name, (value) => builder().pool({ [name]: value }));
  });

  const transports: Record<string, () => Transport> = {
    SmtpTransport: relay,
    StubTransport: () => StubTransport.ok(),
    RetryTransport: () => new RetryTransport(relay(), { attempts: 1 }),
    FailoverTransport: () => new FailoverTransport([relay()]),
  };
  for (const [name, transport] of Object.entries(transports))
    it(`by the sends of ${name}, and for a whole run at once`, async () => {
      for (const option of ["signal", "deadline", "partial", "priority"]) {
        const given = (value: unknown): SendOptions => ({ [option]: value });
        await refused(option, (value) => transport().send(mail, given(value)));
        await refused(`${option} of a run`, (value) => transport().sendAll([mail], given(value)));
      }
      await refused("dsn.notify", (notify) => transport().send(mail, { dsn: { notify } }));
      await refused("concurrency", (concurrency) => transport().sendAll([mail], { concurrency }));
    });

  for (const [name, transport] of Object.entries(transports))
    it(`by the close of ${name}, which then closes nothing`, async () => {
      const open = transport();
      await refused("signal", (signal) => open.close({ signal }));
      await refused("force", (force) => open.close({ force }));
      const after = await open.send(mail).then(
        () => "sent",
        (error: EnvoiError) => error.kind,
      );
      assert.ok(after === "sent" || after === "connection", after);
      await open.close();
    });
});
