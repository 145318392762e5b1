import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DataWriter } from "#src/protocol/data.js";
import { type DataFault, DataReader } from "#src/protocol/data-reader.js";
import { cut } from "../cut.js";
import { fc } from "../property.js";
import { readPlainly } from "./plain-data.js";

interface Reading {
  readonly content: string;
  readonly rest?: string;
  readonly fault?: DataFault;
}

/** Reads what comes in pieces cut at these places. */
function read(wire: string, lenient: boolean, ...cuts: readonly number[]): Reading {
  const octets = Buffer.from(wire, "latin1");
  const reader = new DataReader({ lenient });
  let content = "";
  let from = 0;
  for (const to of [...cuts, octets.length]) {
    const piece = Buffer.from(octets.subarray(from, to));
    const result = reader.read(piece, 0);
    if (result.fault !== undefined) return { content: "", fault: result.fault };
    content += result.content.toString("latin1");
    if (result.end !== undefined) return { content, rest: octets.toString("latin1", from + result.end) };
    from = to;
  }
  return { content };
}

/** Reads it whole, cut in two at every place, and octet by octet: the result is always the same. */
function readEveryWay(wire: string, lenient = false): Reading {
  const whole = read(wire, lenient);
  for (let cut = 0; cut <= wire.length; cut++) {
    assert.deepEqual(read(wire, lenient, cut), whole, `cut at ${cut} of ${JSON.stringify(wire)}`);
  }
  const everywhere = Array.from(wire, (_, index) => index);
  assert.deepEqual(read(wire, lenient, ...everywhere), whole, `octet by octet: ${JSON.stringify(wire)}`);
  return whole;
}

const evil = "MAIL FROM:<evil@x.test>\r\nRCPT TO:<v@y.test>\r\nDATA\r\nX\r\n.\r\n";

describe("DataReader", () => {
  it("ends at CRLF dot CRLF and leaves what follows alone", () => {
    assert.deepEqual(readEveryWay("a\r\n.\r\nQUIT\r\n"), { content: "a\r\n", rest: "QUIT\r\n" });
  });

  it("takes a dot at once for an empty message", () => {
    assert.deepEqual(readEveryWay(".\r\n"), { content: "", rest: "" });
  });

  it("takes away the dot that begins a line, doubled or not", () => {
    const wire = "..\r\n.a\r\n...\r\n..\r\nend\r\n.\r\n";
    assert.deepEqual(readEveryWay(wire), { content: ".\r\na\r\n..\r\n.\r\nend\r\n", rest: "" });
  });

  it("does not care how long lines are", () => {
    for (const length of [0, 1, 46, 47, 48, 49, 50, 95, 96, 97, 200]) {
      const line = "x".repeat(length);
      const wire = `${line}\r\n..${line}\r\n.\r\n`;
      assert.deepEqual(readEveryWay(wire), { content: `${line}\r\n.${line}\r\n`, rest: "" });
    }
  });

  const smuggling: readonly (readonly [wire: string, fault: DataFault])[] = [
    [`body\n.\r\n${evil}\r\n.\r\n`, "a bare LF"],
    [`body\n.\n${evil}\r\n.\r\n`, "a bare LF"],
    [`body\r\n.\n${evil}\r\n.\r\n`, "a bare LF"],
    [`body\r.\r\n${evil}\r\n.\r\n`, "a bare CR"],
    [`body\r\n.\r${evil}\r\n.\r\n`, "a bare CR"],
    [`body\r.\r${evil}\r\n.\r\n`, "a bare CR"],
    [`body\r.\n${evil}\r\n.\r\n`, "a bare CR"],
    [`body\r\r\n.\r\r\n${evil}\r\n.\r\n`, "a bare CR"],
    [`body\n.\r${evil}\r\n.\r\n`, "a bare LF"],
    [`body\r\n.\r\r\n${evil}\r\n.\r\n`, "a bare CR"],
    [`body\r\n\0.\r\n${evil}\r\n.\r\n`, "a NUL"],
    [`body\r\n.\0\r\n${evil}\r\n.\r\n`, "a NUL"],
  ];
  for (const [wire, fault] of smuggling) {
    it(`stops at ${JSON.stringify(wire.slice(0, wire.indexOf("MAIL")))}`, () => {
      assert.equal(readEveryWay(wire).fault, fault);
    });
  }

  it("keeps bare CR, bare LF and NUL as data where told so, and never ends at them", () => {
    for (const [wire] of smuggling) {
      const { content, rest } = readEveryWay(wire, true);
      assert.ok(content.includes("MAIL FROM:<evil@x.test>"), JSON.stringify(wire));
      assert.equal(rest, "\r\n.\r\n", JSON.stringify(wire));
    }
  });

  it("ends, where told to be lenient, behind a line that ends in CR CRLF", () => {
    assert.deepEqual(readEveryWay("body\r\r\n.\r\n", true), { content: "body\r\r\n", rest: "" });
    assert.equal(readEveryWay("body\r\r\n.\r\n").fault, "a bare CR");
  });

  it("gives back, lenient, a CR that turns out not to belong to the end", () => {
    assert.deepEqual(readEveryWay("a\r\n.\rb\r\n.\r\n", true), { content: "a\r\n\rb\r\n", rest: "" });
    assert.deepEqual(readEveryWay("a\r\n.\r\r\n.\r\n", true), { content: "a\r\n\r\r\n", rest: "" });
  });

  it("finds no fault in what follows the data", () => {
    assert.deepEqual(readEveryWay("a\r\n.\r\nb\0\n\r"), { content: "a\r\n", rest: "b\0\n\r" });
  });

  it("reads from where it is told to", () => {
    const { content, end } = new DataReader({ lenient: false }).read(
      Buffer.from("DATA\r\n..a\r\n.\r\nRSET"),
      6,
    );
    assert.deepEqual([content.toString(), end], [".a\r\n", 14]);
  });

  it("reads back what DataWriter wrote, however both were cut", () => {
    const lines = fc.array(fc.stringMatching(/^[.a]{0,3}(?:x{0,60})$/), { maxLength: 12 });
    fc.assert(
      fc.property(lines, fc.array(fc.nat(200)), fc.array(fc.nat(300)), (texts, writes, reads) => {
        const content = texts.map((line) => `${line}\r\n`).join("");
        const writer = new DataWriter();
        const pieces = cut(Buffer.from(content), writes).map((piece) => writer.write(piece).toString());
        const wire = [...pieces, writer.end().toString(), "rest"].join("");
        const places = [...new Set(reads)].filter((at) => at < wire.length).sort((a, b) => a - b);
        assert.equal(read(wire, false, ...places).content, content);
      }),
    );
  });

  it("agrees with a reader that looks at one octet after the other", () => {
    const octets = fc.array(
      fc.constantFrom(".", "\r", "\n", "\r\n", "\r\n.\r\n", "\r\n.", "\0", "a", "b".repeat(60)),
    );
    fc.assert(
      fc.property(octets, fc.boolean(), fc.array(fc.nat(300)), (tokens, lenient, reads) => {
        const wire = tokens.join("");
        const places = [...new Set(reads)].filter((at) => at < wire.length).sort((a, b) => a - b);
        const { fault, ...reading } = read(wire, lenient, ...places);
        const { fault: expectedFault, ...expected } = readPlainly(wire, lenient);
        assert.equal(fault !== undefined, expectedFault);
        if (!expectedFault) assert.deepEqual(reading, expected);
      }),
      { numRuns: 2000 },
    );
  });
});
