import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Credentials, Mechanism, type SmtpError, type SmtpTransportBuilder, Tls } from "envoi";
import { ScriptedServer } from "../../../net/scripted-server.js";
import { clearTo, mail, said, serve } from "../serve.js";

const login = (builder: SmtpTransportBuilder) =>
  builder.credentials(Credentials.password("jo", "secret")).allowPlaintextCredentials();

/** The error of a mail to a server that refuses EHLO, and the verbs that the server heard. */
async function refused(
  reply: string,
  change: (builder: SmtpTransportBuilder) => unknown = () => {},
  helo: "taken" | "closes" = "taken",
): Promise<{ readonly error: SmtpError | undefined; readonly verbs: readonly string[] }> {
  const verbs: string[] = [];
  await using server = await ScriptedServer.start((peer) => {
    const close = () => peer.halfClose();
    return serve(peer, { EHLO: reply, ...(helo === "closes" && { HELO: close }) }).finally(() => {
      verbs.push(...said(peer).map((line) => line.split(" ", 1)[0] ?? ""));
    });
  });
  const builder = clearTo(server);
  change(builder);
  await using transport = builder.build();
  const error = await transport.send(mail).then(
    () => undefined,
    (thrown: SmtpError) => thrown,
  );
  return { error, verbs };
}

describe("a server that refuses EHLO", () => {
  it("gets HELO if that is enough", async () => {
    for (const change of [() => {}, (builder: SmtpTransportBuilder) => builder.tls(Tls.Opportunistic)])
      assert.equal((await refused("502 5.5.1 what?", change)).error, undefined);
  });

  it("gets no HELO if STARTTLS or a login is needed, and its reply is the error", async () => {
    for (const change of [login, (builder: SmtpTransportBuilder) => builder.tls(Tls.Required)]) {
      const { error, verbs } = await refused("502 5.5.1 what?", change);
      assert.deepEqual(
        [error?.kind, error?.delivery, error?.phase, error?.reply?.code, error?.permanent],
        ["rejected", "not-sent", "hello", 502, true],
      );
      assert.ok(!verbs.includes("HELO"));
    }
  });

  it("that closes at HELO is reported with its reply to EHLO", async () => {
    const { error } = await refused("500 5.5.1 what?", () => {}, "closes");
    assert.deepEqual([error?.kind, error?.phase, error?.reply?.code], ["rejected", "hello", 500]);
  });
});

describe("a login by LOGIN", () => {
  it("answers prompts that are not base64", async () => {
    const heard: string[] = [];
    await using server = await ScriptedServer.start((peer) =>
      serve(
        peer,
        {
          AUTH: async () => {
            for (const prompt of ["334 Username:", "334 Password:"]) {
              peer.say(prompt);
              heard.push(Buffer.from(await peer.hear(), "base64").toString());
            }
            peer.say("235 welcome");
          },
        },
        ["AUTH LOGIN"],
      ),
    );
    await using transport = login(clearTo(server)).authentication(Mechanism.Login).build();
    await transport.send(mail);
    assert.deepEqual(heard, ["jo", "secret"]);
  });
});
