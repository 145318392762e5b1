import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Command, formatCommand, parseCommand } from "#src/protocol/command.js";
import { Reply } from "#src/protocol/reply.js";
import { fc } from "../property.js";

const parse = (line: string) => parseCommand(line, { offers: () => true, smtpUtf8: false, lenient: false });
const domain = fc.constantFrom("y.test", "xn--bcher-kva.example", "localhost", "[192.0.2.1]", "[IPv6:::1]");
const word = fc.stringMatching(/^[!-~]{1,20}$/);

describe("ETRN, ATRN and BURL", () => {
  it("are read as they are written", () => {
    const commands: fc.Arbitrary<Command> = fc.oneof(
      fc.record({
        verb: fc.constant("ETRN" as const),
        kind: fc.constantFrom("host" as const, "subtree" as const),
        name: domain,
      }),
      fc.record({ verb: fc.constant("ETRN" as const), kind: fc.constant("queue" as const), name: word }),
      fc.record({
        verb: fc.constant("ATRN" as const),
        domains: fc.uniqueArray(domain, { maxLength: 4 }),
      }),
      fc.record({
        verb: fc.constant("BURL" as const),
        url: word.map((text) => `imap:${text}`),
        last: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(commands, (command) => {
        const line = formatCommand(command);
        assert.deepEqual(parse(line.slice(0, -2)), { ...command });
      }),
    );
  });

  it("are read in any case, and domains become canonical", () => {
    assert.deepEqual(parse("etrn BÜCHER.example"), {
      verb: "ETRN",
      kind: "host",
      name: "xn--bcher-kva.example",
    });
    assert.deepEqual(parse("ETRN @Y.Test "), { verb: "ETRN", kind: "subtree", name: "y.test" });
    assert.deepEqual(parse("ETRN #Urgent"), { verb: "ETRN", kind: "queue", name: "Urgent" });
    assert.deepEqual(parse("atrn"), { verb: "ATRN", domains: [] });
    assert.deepEqual(parse("ATRN Y.test,z.test,y.TEST"), { verb: "ATRN", domains: ["y.test", "z.test"] });
    assert.deepEqual(parse("burl Imap://x/ last"), { verb: "BURL", url: "Imap://x/", last: true });
  });

  it("are refused with 501 if they are malformed", () => {
    for (const line of [
      "ETRN",
      "ETRN @",
      "ETRN #",
      "ETRN a b",
      "ETRN a@b",
      "ETRN -a..b",
      "ETRN #a b",
      `ETRN ${"a".repeat(64)}.test`,
      "ATRN ,",
      "ATRN y.test,",
      "ATRN y.test, z.test",
      "ATRN y.test z.test",
      "ATRN <y.test>",
      "BURL",
      "BURL imap",
      "BURL imap://x FIRST",
      "BURL imap://x LAST LAST",
      "BURL imap://ö LAST",
      "BURL LAST",
    ]) {
      const read = parse(line);
      assert.ok(read instanceof Reply && read.code === 501, line);
    }
  });
});
