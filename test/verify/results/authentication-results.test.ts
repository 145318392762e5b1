import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageError } from "envoi";
import { AuthenticationResults } from "envoi/verify";
import { cpuTime } from "../../cpu-time.js";
import { fc } from "../../property.js";

test("reads the examples of RFC 8601 appendix B", () => {
  const rows: [string, string, string[]][] = [
    ["example.org 1; none", "example.org", []],
    [
      "example.com;\r\n          spf=pass smtp.mailfrom=example.net",
      "example.com",
      ["spf=pass smtp.mailfrom=example.net"],
    ],
    [
      "example.com;\r\n auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n spf=pass smtp.mailfrom=example.net",
      "example.com",
      ["auth=pass smtp.auth=sender@example.net", "spf=pass smtp.mailfrom=example.net"],
    ],
    [
      "foo.example.net (foobar) 1 (baz);\r\n    dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n      policy (A dot can go here) . (like that) expired\r\n      (this surprised me) = (as I wasn't expecting it) 1362471462",
      "foo.example.net",
      ["dkim/1=fail policy.expired=1362471462"],
    ],
    [
      'example.com; dkim=pass reason="good signature" header.i=@mail-router.example.net; dkim=fail reason="bad signature" header.i=@newyork.example.com',
      "example.com",
      [
        "dkim=pass (good signature) header.i=@mail-router.example.net",
        "dkim=fail (bad signature) header.i=@newyork.example.com",
      ],
    ],
  ];
  for (const [value, id, expected] of rows) {
    const { authservId, results } = AuthenticationResults.parse(value);
    assert.equal(authservId, id);
    const shown = results.map(({ method, version, result, reason, properties }) =>
      [
        `${method}${version === undefined ? "" : `/${version}`}=${result}`,
        ...(reason === undefined ? [] : [`(${reason})`]),
        ...properties.map(({ type, property, value: text }) => `${type}.${property}=${text}`),
      ].join(" "),
    );
    assert.deepEqual(shown, expected);
  }
});

test("reads what others write: other words, addresses, base64, IPv6 and a semicolon at the end", () => {
  const { results } = AuthenticationResults.parse(
    'Authentication-Results: mx.test; iprev=pass policy.iprev=2001:db8::1; x-tls=pass smtp.version="TLSv1.3"\r\n\t' +
      'header.b=a/b+c= smtp.mailfrom="a b"@x.test smtp.rcpttodomain="*";\r\n',
  );
  assert.deepEqual(
    results.flatMap(({ properties }) => properties.map(({ value }) => value)),
    ["2001:db8::1", "TLSv1.3", "a/b+c=", '"a b"@x.test', "*"],
  );
});

test("refuses what RFC 8601 does not allow, and names the position", () => {
  for (const [value, position] of [
    ["", 0],
    ["; none", 0],
    ["mx (open", 3],
    ['"mx', 0],
    ['"mx\\', 0],
    ["mx; spf", 7],
    ["mx; spf=", 8],
    ["mx; spf=pass smtp", 17],
    ["mx; spf=pass smtp.", 18],
    ["mx; spf=pass smtp.a", 19],
    ["mx; spf=pass smtp.a=", 20],
    ["mx; spf=pass a.b=c reason=d", 25],
    ["mx; none; spf=pass", 8],
    ["mx; spf=pass; none", 18],
    ["mx foo; none", 3],
    ["mx;; spf=pass", 3],
    ["mx; spf/x=pass", 8],
  ] as const) {
    assert.throws(
      () => AuthenticationResults.parse(value),
      (error) => error instanceof MessageError && error.position === position,
      value,
    );
  }
  assert.throws(() => AuthenticationResults.parse(5 as never), MessageError);
});

const word = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}[a-z0-9]$/).filter((text) => text !== "none");
const text = fc
  .array(
    fc.oneof(
      fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
      fc.string({ unit: "grapheme" }),
    ),
    {
      maxLength: 12,
    },
  )
  .map((characters) => characters.join("").replace(/[\0\r\n]/g, "."));
const result = fc.record(
  {
    method: word,
    version: fc.integer({ min: 0, max: 99 }),
    result: word,
    reason: text,
    properties: fc.array(
      fc.record({ type: word.filter((each) => each !== "reason"), property: word, value: text }),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ["method", "result", "properties"] },
);

test("reads what it writes, on one line and as a field", () => {
  fc.assert(
    fc.property(text, fc.array(result, { maxLength: 4 }), (id, results) => {
      const written = AuthenticationResults.of(id, results);
      for (const value of [written.toString(), written.toField()]) {
        const read = AuthenticationResults.parse(value);
        assert.deepEqual({ ...read }, { ...written });
      }
      assert.doesNotMatch(written.toField(), /[^\r]\n|\r[^\n]|\r\n[^\t ]/);
    }),
  );
});

test("writes a version of the format that is not 1, with results and without", () => {
  for (const value of ["mx 2; none", "mx 2; spf=pass", "mx 0; none", "mx; none"])
    assert.equal(AuthenticationResults.parse(value).toString(), value);
  assert.equal(AuthenticationResults.parse("mx 1; none").toString(), "mx; none");
  assert.equal(AuthenticationResults.parse("mx 2; none").toField(), "Authentication-Results: mx 2; none\r\n");
});

test("quotes a value unless it is a token, a domain, or an address with a domain", () => {
  for (const [value, written] of [
    ["a@b.test", "a@b.test"],
    ["@b.test", "@b.test"],
    ["b.test", "b.test"],
    ["a@", '"a@"'],
    ["@", '"@"'],
    ["a@b@c.test", '"a@b@c.test"'],
    ["a@[192.0.2.1]", '"a@[192.0.2.1]"'],
    ["2001:db8::1", '"2001:db8::1"'],
    ["", '""'],
  ] as const) {
    const results = [
      { method: "spf", result: "pass", properties: [{ type: "smtp", property: "mailfrom", value }] },
    ];
    const text = AuthenticationResults.of("mx", results).toString();
    assert.equal(text, `mx; spf=pass smtp.mailfrom=${written}`);
  }
});

test("reads any text or refuses it, and reads again what it wrote of it", () => {
  const piece = fc.constantFrom(
    "mx",
    ";",
    " ",
    "spf",
    "=",
    "pass",
    ".",
    '"',
    "(",
    ")",
    "\\",
    "\r\n ",
    "\n",
    "reason",
    "none",
    "/",
    "1",
    "@",
    "\xff",
    "\0",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      let read: AuthenticationResults;
      try {
        read = AuthenticationResults.parse(`mx;a=b c.d=${pieces.join("")}`);
      } catch (error) {
        assert.ok(error instanceof MessageError);
        return;
      }
      assert.deepEqual({ ...AuthenticationResults.parse(read.toString()) }, { ...read });
    }),
    { numRuns: 2000 },
  );
});

test("refuses to be made of what could end the line or another value", () => {
  const sound = { method: "spf", result: "pass", properties: [] };
  for (const [id, changes] of [
    ["a\r\nb", {}],
    ["mx", { method: "a b" }],
    ["mx", { result: "pass;x" }],
    ["mx", { reason: "a\nb" }],
    ["mx", { properties: [{ type: "smtp", property: "x", value: "\0" }] }],
    ["mx", { properties: [{ type: "smtp.x", property: "x", value: "" }] }],
  ] as const)
    assert.throws(() => AuthenticationResults.of(id, [{ ...sound, ...changes }]), { kind: "configuration" });
});

test("reads a megabyte of anything in linear time", () => {
  const spent = cpuTime();
  for (const start of ["mx; a=b c.d=", "mx; a=b ", "", "mx "])
    for (const unit of ["(", "()", '"', '"\\', " ", ";", "a", "a=b ", "a.b=c ", "-", "\r\n ", "1"]) {
      try {
        AuthenticationResults.parse(start + unit.repeat(1_000_000 / unit.length));
      } catch (error) {
        assert.ok(error instanceof MessageError);
      }
    }
  assert.ok(spent() < 10_000);
});

test("a version that is not a number, and properties that are not a list, are refused by name", () => {
  const result = { method: "spf", result: "fail", properties: [] };
  for (const version of ["1=pass; dmarc=pass\r\nX: y", -1, 1.5, Number.NaN])
    assert.throws(() => AuthenticationResults.of("mx", [{ ...result, version: version as number }]), {
      kind: "configuration",
      message: /results\[0\]\.version/,
    });
  const { properties, ...none } = result;
  assert.throws(() => AuthenticationResults.of("mx", [none as typeof result]), {
    message: /results\[0\]\.properties/,
  });
});
