import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SmtpServer, type SmtpServerOptions } from "envoi/server";
import { CertificateAuthority } from "envoi/testing";
import { Client } from "../client.js";

/** What a server of these options says to RCPT for somebody else's domain, and for its own. */
async function recipients(options: SmtpServerOptions, ...before: string[]): Promise<string[]> {
  await using server = await SmtpServer.listen({ hostname: "mx.y.test", ...options });
  await using client = await Client.connect(server.port);
  await client.reply();
  await client.ask("EHLO x.test");
  for (const line of before) await client.ask(line);
  await client.ask("MAIL FROM:<a@x.test>");
  return [await client.ask("RCPT TO:<b@elsewhere.test>"), await client.ask("RCPT TO:<b@y.test>")];
}

const denied = "550 5.7.1 Relaying denied";
const accepted = "250 2.1.5 Recipient accepted";
const data = async (): Promise<void> => {};
const login = `AUTH PLAIN ${Buffer.from("\0jo\0secret").toString("base64")}`;
const auth: SmtpServerOptions = {
  allowPlaintextCredentials: true,
  data,
  auth: async ({ user, verify }) => ((await verify("secret")) ? { user } : undefined),
};

describe("SmtpServer: recipients", () => {
  it("refuses every recipient by default, even the postmaster", async () => {
    assert.deepEqual(await recipients({}), [denied, denied]);
    await using server = await SmtpServer.listen();
    await using client = await Client.connect(server.port);
    client.say("EHLO x", "MAIL FROM:<>", "RCPT TO:<Postmaster>");
    assert.equal((await client.replies(4))[3], denied);
  });

  it("accepts recipients in its domains in any spelling", async () => {
    assert.deepEqual(await recipients({ domains: ["Y.Test"], data }), [denied, accepted]);
  });

  it("accepts the postmaster, without a domain or at its hostname, if it has domains", async () => {
    const options = { hostname: "mx.y.test", domains: ["y.test"], data };
    await using server = await SmtpServer.listen(options);
    await using client = await Client.connect(server.port);
    client.say("EHLO x", "MAIL FROM:<>", "RCPT TO:<Postmaster>", "RCPT TO:<POSTMASTER@MX.Y.test>");
    client.say("RCPT TO:<postmaster@elsewhere.test>", "RCPT TO:<other@mx.y.test>");
    assert.deepEqual((await client.replies(7)).slice(3), [accepted, accepted, denied, denied]);
  });

  it("accepts every recipient from authenticated clients with relay", async () => {
    assert.deepEqual(await recipients({ ...auth, relay: "authenticated" }), [denied, denied]);
    assert.deepEqual(await recipients({ ...auth, relay: "authenticated" }, login), [accepted, accepted]);
    assert.deepEqual(await recipients({ ...auth, domains: ["y.test"] }, login), [denied, accepted]);
  });

  it("accepts whom the hook accepts, and follows its rules if the hook returns nothing", async () => {
    assert.deepEqual(await recipients({ data, recipient: () => "accept" }), [accepted, accepted]);
    assert.deepEqual(await recipients({ data, recipient: () => undefined }), [denied, denied]);
    assert.deepEqual(await recipients({ data, recipient: async () => {}, domains: ["y.test"] }), [
      denied,
      accepted,
    ]);
  });

  it("waits for the promise of any library, a function with a then included", async () => {
    const then = (resolve: (verdict: "accept") => void) => void setImmediate(resolve, "accept");
    for (const promise of [{ then }, Object.assign(() => {}, { then })]) {
      const recipient = () => promise as unknown as Promise<"accept">;
      assert.deepEqual(await recipients({ data, recipient }), [accepted, accepted]);
    }
  });

  it("refuses whom the hook refuses, by a returned or thrown reply", async () => {
    const full = { code: 452, enhancedCode: "4.2.2", lines: "Full" };
    const thrown = () => {
      throw full;
    };
    const expected = ["452 4.2.2 Full", "452 4.2.2 Full"];
    assert.deepEqual(await recipients({ data, recipient: () => full, domains: ["y.test"] }), expected);
    assert.deepEqual(await recipients({ data, recipient: thrown, domains: ["y.test"] }), expected);
  });

  it("refuses if the hook fails or returns nonsense", async () => {
    const nonsense = [
      "yes",
      true,
      null,
      { code: "250" },
      { code: 354, lines: "x" },
      { code: 250, lines: "a\r\nb" },
    ];
    for (const returned of nonsense) {
      const errors: unknown[] = [];
      const options = {
        data,
        recipient: (() => returned) as never,
        onError: ({ error }: { error: unknown }) => void errors.push(error),
      };
      const [first] = await recipients(options);
      assert.equal(first, "451 4.3.0 Local error, try again later", JSON.stringify(returned));
      assert.equal(errors.length, 2);
    }
  });
});

describe("SmtpServer: logins", () => {
  /** What the server says to a login whose hook returns this. */
  async function attempt(returned: unknown, ...lines: string[]): Promise<string> {
    const hook = (async () => {
      if (returned instanceof Error) throw returned;
      return returned;
    }) as never;
    await using server = await SmtpServer.listen({ ...auth, auth: hook, onError: () => {} });
    await using client = await Client.connect(server.port);
    await client.reply();
    await client.ask("EHLO x");
    return await client.ask(...(lines.length > 0 ? lines : [login]));
  }

  it("accepts the user that the hook names", async () => {
    assert.equal(await attempt({ user: "jo" }), "235 2.7.0 Authenticated");
  });

  it("refuses everything else that the hook returns", async () => {
    for (const returned of [
      undefined,
      { user: "" },
      { user: 1 },
      { code: 235, lines: "x" },
      { code: 250, lines: "x" },
    ]) {
      assert.match(await attempt(returned), /^(?:535 5\.7\.8|451 4\.3\.0) /, JSON.stringify(returned));
    }
    assert.equal(await attempt(undefined), "535 5.7.8 Authentication failed");
    assert.equal(await attempt({ code: 454, enhancedCode: "4.7.0", lines: "Later" }), "454 4.7.0 Later");
    assert.equal(
      await attempt(new Error("password table is gone")),
      "451 4.3.0 Local error, try again later",
    );
    assert.match(await attempt(true), /^451 4\.3\.0 /);
  });

  it("refuses a wrong secret", async () => {
    await using server = await SmtpServer.listen(auth);
    await using client = await Client.connect(server.port);
    client.say("EHLO x", "AUTH PLAIN", Buffer.from("\0jo\0secreT").toString("base64"));
    assert.equal((await client.replies(4))[3], "535 5.7.8 Authentication failed");
  });

  it("refuses a client without a password, even if the hook compares it with none", async () => {
    const secrets: Readonly<Record<string, string>> = { jo: "secret" };
    await using server = await SmtpServer.listen({
      ...auth,
      auth: ({ user, password }) => (secrets[user] === password ? { user } : undefined),
    });
    await using client = await Client.connect(server.port);
    client.say(
      "EHLO x",
      "AUTH XOAUTH2",
      Buffer.from("user=al\x01auth=Bearer x\x01\x01").toString("base64"),
      "",
    );
    assert.equal((await client.replies(5))[4], "535 5.7.8 Authentication failed");
    assert.equal(await client.ask(login), "235 2.7.0 Authenticated");
  });

  it("gives the hook what the mechanism brought", async () => {
    const seen: unknown[] = [];
    await using server = await SmtpServer.listen({
      ...auth,
      auth: ({ mechanism, user, password, token }) => {
        seen.push([mechanism, user, password, token]);
        return { user };
      },
    });
    for (const line of [
      login,
      `AUTH XOAUTH2 ${Buffer.from("user=jo\x01auth=Bearer tok\x01\x01").toString("base64")}`,
    ]) {
      await using client = await Client.connect(server.port);
      await client.reply();
      await client.ask("EHLO x");
      await client.ask(line);
    }
    assert.deepEqual(seen, [
      ["PLAIN", "jo", "secret", undefined],
      ["XOAUTH2", "jo", undefined, "tok"],
    ]);
  });
});

describe("SmtpServer: options that are not valid", () => {
  const refused: readonly (readonly [SmtpServerOptions, RegExp])[] = [
    [
      { domains: ["y.test"] },
      /^data: expected a function, got undefined\. Recipients would be accepted, and their mail lost$/,
    ],
    [{ recipient: () => "accept" }, /^data: expected a function, got undefined/],
    [{ relay: "authenticated", data }, /^relay: needs the hook auth/],
    [{ relay: "everybody" as never, data }, /^relay: expected "authenticated", got "everybody"$/],
    [{ auth: () => undefined }, /^auth: needs TLS\. Give certificates, /],
    [{ tls: "starttls" }, /needs certificates/],
    [{ tls: "yes" as never }, /^tls: expected "none", "starttls" or "implicit", got "yes"$/],
    [{ domains: ["a b"], data }, /domains\[0\]/],
    [{ hostname: "mx\r\n250 x" }, /hostname/],
    [{ maxMessageSize: -1 }, /^maxMessageSize: expected a whole number of at least 0, got -1$/],
    [{ timeouts: { command: Number.NaN } }, /^timeouts\.command: .*, got NaN$/],
    [{ domain: ["y.test"] } as never, /there is no "domain"; the nearest is domains/],
    [{ data: "yes" as never }, /^data: expected a function, got a string$/],
    [{ certificates: { key: "x", cert: "y" } }, /^certificates\.cert: expected a certificate as PEM/],
  ];
  for (const [options, message] of refused) {
    it(`are refused: ${JSON.stringify(options)}`, async () => {
      await assert.rejects(SmtpServer.listen(options), { kind: "configuration", message });
    });
  }

  it("refuses a port that is taken", async () => {
    await using server = await SmtpServer.listen();
    await assert.rejects(SmtpServer.listen({ port: server.port }), {
      kind: "connection",
      message: /something listens there/,
    });
  });

  it("certificates without TLS among them", async () => {
    const certificates = (await CertificateAuthority.shared()).issue();
    await assert.rejects(SmtpServer.listen({ tls: "none", certificates }), { kind: "configuration" });
  });
});
