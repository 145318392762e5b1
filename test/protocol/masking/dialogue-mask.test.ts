import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { commandLines, DialogueMask } from "#src/protocol/masking/dialogue-mask.js";
import { fc } from "../../property.js";

const lines = (...said: readonly string[]): string[] => {
  const mask = new DialogueMask("***");
  return said.map((line) => mask.line(line, false));
};

describe("what may be shown of commands", () => {
  const shown: readonly (readonly [said: string, shown: string])[] = [
    ["AUTH PLAIN AHMAczNjcmV0", "AUTH PLAIN ***"],
    ["auth plain AHMAczNjcmV0", "auth plain ***"],
    ["AUTH\tPLAIN\tAHMAczNjcmV0", "AUTH\tPLAIN ***"],
    ["  AUTH   PLAIN AHMAczNjcmV0", "  AUTH   PLAIN ***"],
    ["\tAUTH LOGIN s3cret", "\tAUTH LOGIN ***"],
    ["AUTHPLAIN AHMAczNjcmV0", "AUTHPLAIN ***"],
    ["AUTH=PLAIN AHMAczNjcmV0", "AUTH=PLAIN ***"],
    ["AUTH:LOGIN s3cret", "AUTH:LOGIN ***"],
    ["AUTH PLAINs3cret", "AUTH ***"],
    ["AUTH AHMAczNjcmV0", "AUTH ***"],
    ["AUTHAHMAczNjcmV0", "AUTH ***"],
    ["AUTH X-OWN s3cret", "AUTH ***"],
    ["AUTH PLAIN s3cret\u2028s3cret", "AUTH PLAIN ***"],
    ["AUTH PLAIN s3cret\rs3cret", "AUTH PLAIN ***"],
    ["AUTH SCRAM-SHA-256-PLUS biws", "AUTH SCRAM-SHA-256-PLUS ***"],
    ["AUTH LOGIN", "AUTH LOGIN"],
    ["AUTH LOGIN ", "AUTH LOGIN "],
    ["XAUTH PLAIN s3cret", "XAUTH PLAIN ***"],
    ["\u00a0AUTH PLAIN s3cret", "\u00a0AUTH PLAIN ***"],
    ["Authorization: Basic s3cret", "Auth ***"],
    ["a1 LOGIN jo s3cret", "a1 LOGIN ***"],
    ["PASS s3cret", "PASS ***"],
    ["PLAIN s3cret", "PLAIN ***"],
    ["MAIL FROM:<auth@x.test> AUTH=<>", "MAIL FROM:<auth@x.test> AUTH=<>"],
    ["rcpt to:<login@x.test>", "rcpt to:<login@x.test>"],
    ["XYZZY here", "XYZZY here"],
  ];
  for (const [said, text] of shown)
    it(`is ${JSON.stringify(text)} of ${JSON.stringify(said)}`, () => assert.deepEqual(lines(said), [text]));

  it("is nothing of what a client says behind a refused AUTH, until it says a command", () => {
    const said = ["AUTH LOGIN", "am8=", "s3cret", "*", "RSET", "XYZZY", "AUTH PLAIN x", "QUIT now"];
    assert.deepEqual(lines(...said), [
      ...["AUTH LOGIN", "***", "***", "***", "RSET", "XYZZY", "AUTH PLAIN ***", "QUIT now"],
    ]);
  });

  it("is nothing of an answer to the server, whatever it looks like", () => {
    const mask = new DialogueMask("****");
    for (const answer of ["QUIT", "MAIL FROM:<a@x.test>", "s3cret", "*", "PASS x"])
      assert.equal(mask.line(answer, true), "****");
    assert.deepEqual(commandLines("AUTH LOGIN\r\nam8=\r\nNOOP\r\n", true), ["AUTH LOGIN", "***", "***"]);
  });

  it("has no challenge of several in it", () => {
    const mask = new DialogueMask("***");
    assert.equal(
      mask.reply("334-s3\r\n334 cret\u2028x\r\n250 334 x\r\n"),
      "334-***\r\n334 ***\r\n250 334 x\r\n",
    );
  });

  it("never has the secret of an AUTH, however its letters and blanks are", () => {
    const letters = fc.constantFrom("AUTH", "auth", "aUtH");
    const blanks = fc.stringMatching(/^[ \t=:]{0,3}$/);
    const names = fc.constantFrom("PLAIN", "login", "CRAM-MD5", "NO-SUCH", "");
    fc.assert(
      fc.property(blanks, letters, blanks, names, blanks, (before, auth, between, name, behind) => {
        const [line = ""] = lines(`${before}${auth}${between}${name}${behind}UzNjcmV0`);
        assert.ok(!line.includes("UzNjcmV0"), line);
      }),
    );
  });
});
