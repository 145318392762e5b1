import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Address } from "#src/address/address.js";
import { type Command, formatCommand, parseCommand } from "#src/protocol/command.js";
import { Reply } from "#src/protocol/reply.js";
import { cpuTime } from "../cpu-time.js";
import { fc } from "../property.js";

const everything = { offers: () => true, smtpUtf8: true, lenient: false };

function parse(line: string): Command | Reply {
  return parseCommand(line, everything);
}

describe("formatCommand", () => {
  it("writes commands as RFC 5321 has them", () => {
    const from = Address.parse("a@x.test");
    assert.equal(
      formatCommand({ verb: "MAIL", from, parameters: { SIZE: 10, SMTPUTF8: true } }),
      "MAIL FROM:<a@x.test> SIZE=10 SMTPUTF8\r\n",
    );
    assert.equal(
      formatCommand({ verb: "MAIL", from: null, parameters: { AUTH: "a+b@x" } }),
      "MAIL FROM:<> AUTH=a+2Bb@x\r\n",
    );
    assert.equal(
      formatCommand({ verb: "RCPT", to: "postmaster", parameters: {} }),
      "RCPT TO:<postmaster>\r\n",
    );
    assert.equal(
      formatCommand({ verb: "AUTH", mechanism: "PLAIN", initialResponse: "" }),
      "AUTH PLAIN =\r\n",
    );
    assert.equal(formatCommand({ verb: "NOOP" }), "NOOP\r\n");
  });

  it("lets nothing out that would end the command", () => {
    for (const wrong of ["a\r\nMAIL FROM:<x>", "a\nb", "a\rb", "a\0b"]) {
      assert.throws(() => formatCommand({ verb: "EHLO", domain: wrong }), { kind: "configuration" });
      assert.throws(() => formatCommand({ verb: "VRFY", argument: wrong }), { kind: "configuration" });
      assert.throws(() => formatCommand({ verb: "AUTH", mechanism: "PLAIN", initialResponse: wrong }), {
        kind: "configuration",
      });
    }
  });

  it("refuses a SIZE that is none", () => {
    for (const SIZE of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => formatCommand({ verb: "MAIL", from: null, parameters: { SIZE } }), {
        kind: "configuration",
      });
    }
  });
});

describe("parseCommand", () => {
  it("takes linear time for any path", () => {
    const spent = cpuTime();
    for (const path of [
      `<${"@a,".repeat(50_000)}`,
      `<${'"'.repeat(100_000)}`,
      `<${'"\\'.repeat(50_000)}`,
      "<".repeat(100_000),
      `<${"a".repeat(100_000)}`,
    ]) {
      parse(`MAIL FROM:${path}`);
      parse(`RCPT TO:${path}>`);
    }
    assert.ok(spent() < 2000);
  });

  it("refuses CR, LF and NUL in an address, should they ever come so far", () => {
    for (const address of ["a\rb@x.test", "a\nb@x.test", "a\0b@x.test", '"a\r\nb"@x.test']) {
      assert.ok(parse(`MAIL FROM:<${address}>`) instanceof Reply, JSON.stringify(address));
    }
  });

  it("takes dots anywhere in a local part where it is lenient, as if it stood in quotes", () => {
    const lenient = { ...everything, lenient: true };
    const dotty = parseCommand("RCPT TO:<a..b.@x.test>", lenient);
    const parameters = {};
    assert.deepEqual(dotty, { verb: "RCPT", to: Address.of("a..b.", "x.test"), parameters });
    assert.deepEqual(parse('RCPT TO:<"a..b."@x.test>'), dotty);
    assert.ok(parse("RCPT TO:<a..b.@x.test>") instanceof Reply);
    for (const wrong of ["a b@x.test", "a@b@x.test", '"a@x.test', "a..b@", "a..b", "@x.test"])
      assert.ok(parseCommand(`RCPT TO:<${wrong}>`, lenient) instanceof Reply, wrong);
  });

  it("reads what was written", () => {
    const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/).filter((text) => !/^..--/.test(text));
    const localPart = fc.oneof(
      fc.stringMatching(/^[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,10}$/),
      fc.stringMatching(/^[ -~]{1,10}$/),
    );
    const address = fc.tuple(localPart, label, label).map(([local, a, b]) => Address.of(local, `${a}.${b}`));
    const text = fc.stringMatching(/^[!-~]{1,20}$/);
    const commands = fc.oneof(
      fc.record({ verb: fc.constantFrom("EHLO" as const, "HELO" as const), domain: label }),
      fc.record({
        verb: fc.constant("MAIL" as const),
        from: fc.option(address),
        parameters: fc.record(
          {
            SIZE: fc.nat(),
            BODY: fc.constantFrom("7BIT" as const, "8BITMIME" as const),
            SMTPUTF8: fc.constant(true as const),
            AUTH: fc.oneof(fc.constant("<>"), fc.stringMatching(/^[ -~äß]{1,20}$/)),
          },
          { requiredKeys: [], noNullPrototype: true },
        ),
      }),
      fc.record({ verb: fc.constant("RCPT" as const), to: address, parameters: fc.constant({}) }),
      fc.record({ verb: fc.constantFrom("VRFY" as const, "EXPN" as const, "NOOP" as const), argument: text }),
      fc.record({
        verb: fc.constantFrom("DATA" as const, "RSET" as const, "QUIT" as const, "STARTTLS" as const),
      }),
    );
    fc.assert(
      fc.property(commands, (command: Command) => {
        const parsed = parse(formatCommand(command).slice(0, -2));
        assert.equal(JSON.stringify(parsed), JSON.stringify(command));
      }),
    );
  });
});
