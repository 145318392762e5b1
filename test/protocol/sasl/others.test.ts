import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DigestAttempt } from "#src/protocol/sasl/auth-attempt.js";
import { cramMd5 } from "#src/protocol/sasl/cram-md5.js";
import { external } from "#src/protocol/sasl/external.js";
import { oauthBearer } from "#src/protocol/sasl/oauthbearer.js";
import type { ServerContext, ServerMechanism } from "#src/protocol/sasl/server-mechanism.js";
import { fc } from "../../property.js";

const channel = { certified: false, bindings: new Map() };
const context: ServerContext = { hostname: "mx.test", channel, nonce: "1+2/3" };

/** What a server makes of a response. */
function respond(mechanism: ServerMechanism, response: string | Buffer): unknown {
  const server = mechanism.server(context);
  server.next();
  return server.next(Buffer.from(response)).value;
}

const word = fc.stringMatching(/^[ -~äß€]{1,20}$/);

describe("CRAM-MD5", () => {
  it("answers as in RFC 2195 2", () => {
    const client = cramMd5.client({ user: "tim", password: "tanstaaftanstaaf" });
    assert.equal(client.next().value, null);
    const answer = client.next(Buffer.from("<1896.697170952@postoffice.reston.mci.net>"));
    assert.equal(String(answer.value), "tim b913a602c7eda7a495b4e6e7334d3890");
  });

  it("lets in who has the password, whatever it is, and nobody else", () => {
    fc.assert(
      fc.property(word, word, word, (user, password, other) => {
        const client = cramMd5.client({ user, password });
        client.next();
        const challenge = cramMd5.server(context).next().value as Buffer;
        assert.equal(String(challenge), "<123@mx.test>");
        const attempt = respond(cramMd5, client.next(challenge).value as Buffer) as DigestAttempt;
        assert.equal(attempt.user, user);
        assert.equal(attempt.matches(password), true);
        assert.equal(attempt.matches(other), other === password);
      }),
    );
  });

  it("makes nothing of what is malformed", () => {
    const digest = "0".repeat(32);
    for (const text of ["", "user", `user${digest}`, ` ${digest}`, "user 0123", `u\nx ${digest}`])
      assert.equal(respond(cramMd5, text), undefined, text);
  });
});

describe("OAUTHBEARER", () => {
  const token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";

  it("says what RFC 7628 4.1 does", () => {
    const secret = { user: "user@example.com", token, host: "server.example.com", port: 143 };
    const client = oauthBearer.client(secret);
    const said = String(client.next().value);
    assert.equal(
      said,
      `n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer ${token}\x01\x01`,
    );
    assert.deepEqual(respond(oauthBearer, said), { user: "user@example.com", token });
    assert.equal(String(client.next(Buffer.from('{"status":"invalid_token"}')).value), "\x01");
  });

  it("carries any name over, and none", () => {
    fc.assert(
      fc.property(fc.oneof(word, fc.constant("")), (user) => {
        const said = oauthBearer.client({ user, token }).next().value as Buffer;
        assert.deepEqual(respond(oauthBearer, said), { user, token });
      }),
    );
  });

  it("makes nothing of what is malformed", () => {
    for (const text of [
      "",
      "n,,\x01\x01",
      "n,,\x01auth=Basic x\x01\x01",
      "n,,\x01auth=Bearer x\x01",
      "n,,\x01auth=Bearer x\x01auth=Bearer y\x01\x01",
      "n,,\x01auth=Bearer a b\x01\x01",
      "n,a=x=y,\x01auth=Bearer x\x01\x01",
      "n,b=x,\x01auth=Bearer x\x01\x01",
      "p=x,,\x01auth=Bearer x\x01\x01",
    ])
      assert.equal(respond(oauthBearer, text), undefined, text);
  });
});

describe("EXTERNAL", () => {
  it("carries the name over, and none", () => {
    for (const user of ["jo", ""]) {
      const said = external.client({ user }).next().value as Buffer;
      assert.deepEqual(respond(external, said), { user, external: true });
    }
    assert.equal(respond(external, "a\0b"), undefined);
  });
});
