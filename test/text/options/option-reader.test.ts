import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  abortSignal,
  callback,
  flag,
  group,
  instanceOf,
  listOf,
  milliseconds,
  oneOf,
  oneOrMore,
  pattern,
  pem,
  record,
  text,
  wholeNumber,
} from "#src/text/options/option-kinds.js";
import { type OptionReaders, readOptions, refuseOption } from "#src/text/options/option-reader.js";

interface Options {
  readonly host?: string;
  readonly port?: number;
  readonly limit?: number;
  readonly wait?: number;
  readonly lenient?: boolean;
  readonly subject?: string | RegExp;
  readonly mode?: "auto" | "off" | "window";
  readonly relay?: "authenticated";
  readonly names?: readonly string[];
  readonly data?: () => void;
  readonly since?: Date;
  readonly timeouts?: { readonly command?: number };
}

const readers: OptionReaders<Options> = {
  host: text,
  port: wholeNumber(0, 65_535),
  limit: wholeNumber(1, Number.POSITIVE_INFINITY),
  wait: milliseconds(),
  lenient: flag,
  subject: pattern,
  mode: oneOf(["auto", "off", "window"]),
  relay: oneOf(["authenticated"]),
  names: listOf(text),
  data: callback,
  since: instanceOf(Date, "a Date"),
  timeouts: group<NonNullable<Options["timeouts"]>>({ command: milliseconds(0) }),
};

describe("readOptions", () => {
  it("returns a copy of the options that are given", () => {
    const given: Options = {
      host: "a.test",
      port: 0,
      limit: Number.POSITIVE_INFINITY,
      wait: 1,
      lenient: false,
      subject: /x/,
      mode: "off",
      relay: "authenticated",
      names: ["a"],
      data() {},
      since: new Date(0),
      timeouts: { command: 0 },
    };
    const read = readOptions(given, readers);
    assert.deepEqual(read, given);
    assert.notEqual(read.names, given.names);
    assert.deepEqual(readOptions<Options>({ port: undefined } as object, readers), {});
  });

  it("reads inherited options, such as the methods of an object of the caller", () => {
    class Host {
      data(): void {}
    }
    assert.equal(readOptions<Options>(new Host(), readers).data, Host.prototype.data);
  });

  const range = "from 0 to 65535";
  const refused: readonly (readonly [given: unknown, message: string])[] = [
    [null, "options: expected an object, got null"],
    [undefined, "options: expected an object, got undefined"],
    ["a.test", "options: expected an object, got a string"],
    [[], "options: expected an object, got an empty array"],
    [{ prot: 5 }, 'options: there is no "prot"; the nearest is port'],
    [{ host: "" }, "host: expected a string that is not empty, got an empty string"],
    [{ host: 25 }, "host: expected a string that is not empty, got 25"],
    [{ port: "25" }, `port: expected a whole number ${range}, got a string`],
    [{ port: 65_536 }, `port: expected a whole number ${range}, got 65536`],
    [{ port: null }, `port: expected a whole number ${range}, got null`],
    [{ port: Number.POSITIVE_INFINITY }, `port: expected a whole number ${range}, got Infinity`],
    [{ port: 25n }, `port: expected a whole number ${range}, got a bigint`],
    [{ limit: Number.NaN }, "limit: expected a whole number of at least 1, got NaN"],
    [{ limit: 1e300 }, `limit: expected a whole number of at least 1, got 1e+300`],
    [{ wait: 0 }, "wait: expected a whole number of milliseconds from 1 to 2147483647, got 0"],
    [{ wait: 0.5 }, "wait: expected a whole number of milliseconds from 1 to 2147483647, got 0.5"],
    [{ lenient: "no" }, "lenient: expected true or false, got a string"],
    [{ subject: 5 }, "subject: expected a string or a regular expression, got 5"],
    [{ mode: "of" }, 'mode: expected "auto", "off" or "window", got "of"'],
    [{ relay: true }, 'relay: expected "authenticated", got true'],
    [{ names: "a" }, "names: expected an array, got a string"],
    [{ names: ["a", ""] }, "names[1]: expected a string that is not empty, got an empty string"],
    [{ names: new Array(1) }, "names[0]: expected a string that is not empty, got undefined"],
    [{ data: "a.js" }, "data: expected a function, got a string"],
    [{ since: "2026" }, "since: expected a Date, got a string"],
    [{ timeouts: 5 }, "timeouts: expected an object, got 5"],
    [{ timeouts: { comand: 5 } }, 'timeouts: there is no "comand"; the nearest is command'],
    [
      { timeouts: { command: -1 } },
      "timeouts.command: expected a whole number of milliseconds from 0 to 2147483647, got -1",
    ],
  ];
  for (const [given, message] of refused) {
    it(`refuses with "${message}"`, () => {
      assert.throws(() => readOptions(given as Options, readers), { kind: "configuration", message });
    });
  }

  it("reads options that are required also if they are absent", () => {
    const read = () => readOptions<Options>({ port: 25 }, readers, undefined, ["host"]);
    assert.throws(read, { message: "host: expected a string that is not empty, got undefined" });
  });

  it("puts the path of the object before the names of its options", () => {
    const read = () => readOptions({ port: -1 } as Options, readers, "listeners[1]");
    assert.throws(read, { message: `listeners[1].port: expected a whole number ${range}, got -1` });
  });

  it("does not show a string that may be a secret", () => {
    for (const given of [{ port: "s3cret" }, { data: "s3cret" }, { since: "s3cret" }, { names: "s3cret" }])
      assert.throws(
        () => readOptions(given as never, readers),
        ({ message }: Error) => !message.includes("s3cret"),
      );
  });
});

describe("refuseOption", () => {
  it("adds the remedy and keeps the cause", () => {
    const cause = new Error("inner");
    const { message } = refuseOption("auth", "needs TLS", "Give certificates", cause);
    assert.equal(message, "auth: needs TLS. Give certificates");
    assert.equal(refuseOption("auth", "needs TLS", undefined, cause).cause, cause);
  });
});

describe("The readers of option-kinds", () => {
  const refuses = (read: (value: unknown, field: string) => unknown, value: unknown, message: string) =>
    assert.throws(() => read(value, "x"), { kind: "configuration", message });

  it("reads one value or several as an array", () => {
    assert.deepEqual(oneOrMore(text)("a", "x"), ["a"]);
    assert.deepEqual(oneOrMore(text)(["a", "b"], "x"), ["a", "b"]);
    refuses(oneOrMore(text), ["a", 5], "x[1]: expected a string that is not empty, got 5");
    refuses(oneOrMore(text), 5, "x: expected a string that is not empty, got 5");
  });

  it("reads PEM as text or bytes", () => {
    assert.equal(pem("PEM", "x"), "PEM");
    assert.deepEqual(pem(new Uint8Array([1]), "x"), Buffer.from([1]));
    refuses(pem, "", "x: expected PEM as a string or a Buffer, got an empty string");
  });

  it("reads signals, also those of another implementation", () => {
    const { signal } = new AbortController();
    assert.equal(abortSignal(signal, "x"), signal);
    const other = { aborted: false, addEventListener() {}, removeEventListener() {} };
    assert.equal(abortSignal(other, "x"), other);
    for (const wrong of [null, undefined, true, new AbortController()])
      assert.throws(() => abortSignal(wrong, "x"), { message: /^x: expected an AbortSignal, got / });
  });

  it("reads records, whose names are the caller's own", () => {
    assert.deepEqual(record(text)({ a: "1", ["__proto__"]: "2" }, "x"), { a: "1", ["__proto__"]: "2" });
    refuses(record(text), { a: "1", b: 2 }, "x.b: expected a string that is not empty, got 2");
    for (const wrong of [null, "a", ["a"]])
      assert.throws(() => record(text)(wrong, "x"), { message: /^x: expected an object, got / });
  });
});
