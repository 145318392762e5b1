import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DataWriter, dataText } from "#src/protocol/data.js";
import { fc } from "../property.js";

/** What goes out for content in these pieces. */
function write(...pieces: readonly string[]): string {
  const writer = new DataWriter();
  const written = pieces.map((piece) => writer.write(Buffer.from(piece)).toString());
  return written.join("") + writer.end();
}

/** As `write`; how the content is cut makes no difference. */
function writeEveryWay(content: string): string {
  const whole = write(content);
  for (let cut = 0; cut <= content.length; cut++)
    assert.equal(write(content.slice(0, cut), content.slice(cut)), whole);
  assert.equal(write(...content), whole);
  return whole;
}

describe("DataWriter", () => {
  it("doubles the dots that begin lines, and no others", () => {
    assert.equal(
      writeEveryWay(".\r\n..\r\na.b\r\n.c\r\n\r\n.\r\n"),
      "..\r\n...\r\na.b\r\n..c\r\n\r\n..\r\n.\r\n",
    );
  });

  it("ends a last line that does not end", () => {
    assert.equal(writeEveryWay("a"), "a\r\n.\r\n");
    assert.equal(writeEveryWay("."), "..\r\n.\r\n");
    assert.equal(writeEveryWay(""), ".\r\n");
    assert.equal(writeEveryWay("a\r\n"), "a\r\n.\r\n");
  });

  it("hands a piece on as it is where nothing has to be doubled", () => {
    const piece = Buffer.from("no dot\r\nhere\r\n");
    assert.equal(new DataWriter().write(piece), piece);
  });
});

it("writes text as it writes its octets", () => {
  const line = fc.constantFrom("", ".", "..", "a", ".a", "a.", "\r\n", "\r\n.", ".\r\n");
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (parts) => {
      const text = parts.join("");
      const writer = new DataWriter();
      const octets = [writer.write(Buffer.from(text)), writer.end()];
      assert.equal(dataText(text).join(""), Buffer.concat(octets).toString());
    }),
  );
});
