import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { type Fault, TestServer, type TestServerOptions } from "envoi/testing";

/**
 * What servers do wrong in the field, one row each: the fault as plain data, what a client says, each line once it has
 * had a reply to the one before (a list of lists: on one connection after the other), and what it hears. `closed`: and
 * then the connection ends.
 */
type Row = readonly [
  what: string,
  fault: Fault | readonly Fault[],
  says: readonly string[] | readonly (readonly string[])[],
  hears: RegExp,
  more?: { readonly options?: TestServerOptions; readonly closed?: true },
];

const E = "EHLO c.test";
const M = "MAIL FROM:<a@x.test>";
const R = "RCPT TO:<b@y.test>";
const mail = [E, M, R, "DATA", "Subject: x\r\n\r\nx\r\n."] as const;
const closed = { closed: true } as const;
const tls: TestServerOptions = { tls: "starttls" };
const users: TestServerOptions = { users: { jo: "secret" }, allowPlaintextCredentials: true };
const lmtp: TestServerOptions = { lmtp: true };
const login = `AUTH PLAIN ${Buffer.from("\0jo\0secret").toString("base64")}`;
const L = ["LHLO c.test", M, R, "RCPT TO:<c@y.test>", "DATA", "x\r\n."] as const;

/** Any command may be answered with any code, 421 among them. */
const verbs: Readonly<Record<string, readonly string[]>> = {
  greeting: [],
  ehlo: [E],
  helo: ["HELO c.test"],
  mail: [E, M],
  rcpt: [E, M, R],
  data: [E, M, R, "DATA"],
  final: mail,
  bdat: [E, M, R, "BDAT 3\r\nx"],
  rset: ["RSET"],
  noop: ["NOOP"],
  quit: ["QUIT"],
  vrfy: ["VRFY jo"],
  expn: ["EXPN all"],
  help: ["HELP"],
};

const groups: Readonly<Record<string, readonly Row[]>> = {
  reply: [
    ...Object.entries(verbs).flatMap(([at, says]) =>
      (["451 4.7.1 Later", "550 5.7.1 Never", "421 4.3.2 Bye"] as const).map(
        (reply): Row => [
          `${reply.slice(0, 3)} at ${at}`,
          { at, reply } as Fault,
          says,
          new RegExp(`(?:^|\\n)${reply}\\r\\n$`),
          reply.startsWith("421") || at === "greeting" ? closed : {},
        ],
      ),
    ),
    [
      "STARTTLS 454",
      { at: "starttls", reply: "454 4.7.0 No" },
      [E, "STARTTLS"],
      /454 4\.7\.0 No/,
      { options: tls },
    ],
    ["AUTH", { at: "auth", reply: "535 5.7.8 No" }, [E, login], /535 5\.7\.8 No\r\n$/, { options: users }],
    [
      "the second step of AUTH",
      { at: "auth-response", when: { nth: 2 }, reply: "454 4.7.0 Later" },
      [E, "AUTH LOGIN", "am8=", "c2VjcmV0"],
      /334 .*\r\n334 .*\r\n454 4\.7\.0 Later\r\n$/,
      { options: users },
    ],
    [
      "the second chunk of BDAT",
      { at: "bdat", when: { nth: 2, per: "transaction" }, reply: "452 4.3.1 Full" },
      [E, M, R, "BDAT 3\r\nx", "BDAT 3\r\ny"],
      /250 2\.0\.0 3 octets received\r\n452 4\.3\.1 Full\r\n$/,
    ],
    [
      "recipients each in its own way",
      [
        { at: "rcpt", when: { recipient: "a@y.test" }, reply: "450 4.2.1 Busy" },
        { at: "rcpt", when: { recipient: /^c@/ }, reply: "550 5.1.1 Nobody" },
      ],
      [E, M, "RCPT TO:<a@y.test>", "RCPT TO:<b@y.test>", "RCPT TO:<c@y.test>"],
      /450 4\.2\.1 Busy\r\n250 2\.1\.5 .*\r\n550 5\.1\.1 Nobody\r\n$/,
    ],
    ["250 to DATA", { at: "data", reply: "250 2.0.0 OK" }, [E, M, R, "DATA"], /250 2\.0\.0 OK\r\n$/],
    ["354 to MAIL", { at: "mail", reply: "354 Go on" }, [E, M], /354 Go on\r\n$/],
    [
      "354 though every recipient was refused",
      [
        { at: "rcpt", reply: "550 5.1.1 Nobody" },
        { at: "data", reply: "354 Go on" },
      ],
      [E, M, R, "DATA", "."],
      /550 5\.1\.1 Nobody\r\n354 Go on\r\n554 5\.5\.1 .*\r\n$/,
    ],
  ],
  retry: [
    [
      "greylisting, for an attempt",
      { at: "rcpt", greylist: true },
      [
        [E, M, R],
        [E, M, R],
      ],
      /450 4\.2\.0 [\s\S]*250 2\.1\.5 .*\r\n$/,
    ],
    [
      "greylisting, for a time",
      { at: "rcpt", greylist: { ms: 60_000 } },
      [E, M, R, R],
      /(?:450 4\.2\.0 .*\r\n){2}$/,
    ],
    [
      "a limit to how many mails there may be",
      { at: "mail", when: { after: 2 }, reply: "450 4.7.1 Too fast" },
      [E, M, "RSET", M, "RSET", M],
      /(?:250 2\.1\.0 .*\r\n250 2\.0\.0 .*\r\n){2}450 4\.7\.1 Too fast\r\n$/,
    ],
    [
      "452 at the third recipient",
      { at: "rcpt", when: { after: 2, per: "transaction" }, reply: "452 4.5.3 Too many" },
      [E, M, R, R, R],
      /(?:250 2\.1\.5 .*\r\n){2}452 4\.5\.3 Too many\r\n$/,
    ],
    [
      "552 at the third recipient, as old servers say it",
      { at: "rcpt", when: { after: 2, per: "transaction" }, reply: "552 5.5.3 Too many" },
      [E, M, R, R, R],
      /552 5\.5\.3 Too many\r\n$/,
    ],
  ],
  timing: [
    ["late", { at: "greeting", delay: 5 }, [], /^220 .*\r\n$/],
    ["late behind the dot", { at: "final", delay: 5 }, mail, /250 2\.6\.0 .*\r\n$/],
    ["octet by octet", { at: "ehlo", tarpit: 0 }, [E], /250 .*\r\n$/],
    ["silent", { at: "mail", stall: true }, [E, M], /250 LIMITS.*\r\n$/],
    ["content is not read for a while", { at: "content", octet: 3, delay: 5 }, mail, /250 2\.6\.0 .*\r\n$/],
    ["closed between two mails", { at: "final", drop: "after" }, mail, /250 2\.6\.0 .*\r\n$/, closed],
    [
      "421 unasked, as a server says it to who is idle",
      { at: "final", raw: ["250 2.6.0 OK\r\n", "421 4.4.2 Idle\r\n"], drop: "after" },
      mail,
      /250 2\.6\.0 OK\r\n421 4\.4\.2 Idle\r\n$/,
      closed,
    ],
  ],
  drop: [
    ...(["fin", "rst", "half-close", "truncate"] as const).flatMap((by): Row[] => [
      [`on accept, by ${by}`, { at: "connect", drop: "before", by }, [], /^$/, closed],
      [`behind the greeting, by ${by}`, { at: "greeting", drop: "after", by }, [], /^220 .*\r\n$/, closed],
      [`amid a reply, by ${by}`, { at: "noop", drop: "within", by }, ["NOOP"], /250 2\.0$/, closed],
      [
        `in place of a reply, by ${by}`,
        { at: "rcpt", drop: "before", by },
        [E, M, R],
        /2\.1\.0 .*\r\n$/,
        closed,
      ],
      [
        `amid content, by ${by}`,
        { at: "content", octet: 4, drop: "before", by },
        mail,
        /354 .*\r\n$/,
        closed,
      ],
      [`behind the dot, by ${by}`, { at: "final", drop: "before", by }, mail, /354 .*\r\n$/, closed],
      [
        `before the reply to QUIT, by ${by}`,
        { at: "quit", drop: "before", by },
        [...mail, "QUIT"],
        /2\.6\.0 .*\r\n$/,
        closed,
      ],
    ]),
  ],
  malformed: [
    ...Object.entries({
      "a code out of range": "099 x\r\n",
      "a code too high": "600 x\r\n",
      "two digits": "25 x\r\n",
      "no code": "hello\r\n",
      "no digit": "2x0 OK\r\n",
      "nothing between code and text": "250OK\r\n",
      "a tab there": "250\tOK\r\n",
      "codes that differ": "250-x\r\n251 x\r\n",
      "an empty line": "\r\n",
      "a bare LF": "250 x\n",
      "CR CR LF": "250 x\r\r\n",
      "a NUL": "250 \0\r\n",
      "a long line": `250 ${"x".repeat(65_536)}\r\n`,
      "many lines": `${"250-x\r\n".repeat(10_000)}250 x\r\n`,
      "no text": "250\r\n",
      "one reply too many": "250 x\r\n250 y\r\n",
    }).map(
      ([what, raw]): Row => [
        what,
        { at: "noop", raw },
        ["NOOP"],
        new RegExp(`^220 .*\\r\\n${raw.slice(0, 5000)}`),
      ],
    ),
    ["no UTF-8", { at: "noop", raw: Buffer.from("250 \xff\r\n", "latin1") }, ["NOOP"], /250 \ufffd\r\n$/],
    [
      "a reply that never ends",
      { at: "noop", raw: "250-x\r\n", repeat: Number.POSITIVE_INFINITY },
      ["NOOP"],
      /(?:250-x\r\n){100}/,
    ],
    [
      "replies out of order",
      [
        { at: "mail", raw: "" },
        { at: "rcpt", raw: "250 2.1.5 Recipient\r\n250 2.1.0 Sender\r\n" },
      ],
      [E, `${M}\r\n${R}`],
      /250 2\.1\.5 Recipient\r\n250 2\.1\.0 Sender\r\n$/,
    ],
    ["CR and LF in two packets", { at: "noop", raw: ["250 x\r", "\n"] }, ["NOOP"], /250 x\r\n$/],
  ],
  "EHLO lies": [
    ["no EHLO", { at: "ehlo", reply: "502 5.5.1 What?" }, [E, "HELO c"], /502 5\.5\.1 What\?\r\n250 .*\r\n$/],
    ["nothing offered", { at: "ehlo", reply: "250 x" }, [E], /^220 .*\r\n250 x\r\n$/],
    ...[
      "size 10",
      "AUTH=PLAIN LOGIN",
      "SIZE",
      "SIZE 99999999999999999999",
      "SIZE -1",
      "X-NEW=1",
      "DSN",
      "LIMITS RCPTMAX=5",
    ].map(
      (line): Row => [
        `"${line}"`,
        { at: "ehlo", conceal: ["SIZE", "LIMITS"], offer: [line] },
        [E],
        new RegExp(`250 ${line}\\r\\n$`),
      ],
    ),
    [
      "a keyword twice",
      { at: "ehlo", offer: ["SIZE 1", "SIZE 2"] },
      [E],
      /SIZE 26214400\r\n[\s\S]*SIZE 1\r\n250 SIZE 2\r\n$/,
    ],
    [
      "PIPELINING, and then only the first command is answered",
      { at: "rcpt", raw: "", when: { nth: 1 } },
      [E, `${M}\r\n${R}\r\nNOOP`],
      /250 2\.1\.0 .*\r\n250 2\.0\.0 OK\r\n$/,
    ],
    [
      "CHUNKING, and then 500",
      { at: "bdat", reply: "500 5.5.1 What?" },
      [E, M, R, "BDAT 3 LAST\r\nx", "NOOP"],
      /500 5\.5\.1 What\?\r\n250 2\.0\.0 OK\r\n$/,
    ],
    [
      "CHUNKING, and then 500, with the octets taken for commands",
      { at: "bdat", reply: "500 5.5.1 What?", undiscarded: true },
      [E, "BDAT 6 LAST\r\nNOOP"],
      /500 5\.5\.1 What\?\r\n250 2\.0\.0 OK\r\n$/,
    ],
    [
      "SMTPUTF8, and then 553",
      { at: "mail", reply: "553 5.6.7 ASCII only" },
      [E, "MAIL FROM:<j\u00f6@x.test> SMTPUTF8"],
      /553 5\.6\.7 ASCII only\r\n$/,
    ],
    [
      "DSN, and then 555",
      [
        { at: "ehlo", offer: ["DSN"] },
        { at: "mail", reply: "555 5.5.4 RET?" },
      ],
      [E, `${M} RET=HDRS`],
      /250 DSN\r\n555 5\.5\.4 RET\?\r\n$/,
    ],
    [
      "AUTH, and then 504 to all",
      { at: "auth", reply: "504 5.5.4 Not that" },
      [E, login],
      /504 5\.5\.4 Not that\r\n$/,
      { options: users },
    ],
    [
      "another thing once authenticated",
      { at: "ehlo", when: { authenticated: true }, conceal: ["SIZE"] },
      [E, login, E],
      /250-SIZE [\s\S]*235 [\s\S]*250-localhost\r\n250-PIPELINING\r\n250-AUTH/,
      { options: users },
    ],
    [
      "another thing on the second connection",
      { at: "ehlo", when: { connection: 2 }, reply: "250 x" },
      [[E], [E]],
      /250-SIZE [\s\S]*250 x\r\n$/,
    ],
  ],
  AUTH: [
    [
      "a challenge that is no base64",
      { at: "auth", reply: "334 !!!" },
      [E, "AUTH LOGIN"],
      /334 !!!\r\n$/,
      { options: users },
    ],
    [
      "challenges without end",
      { at: "auth-response", reply: "334 YWdhaW4=" },
      [E, "AUTH LOGIN", "a", "b", "c"],
      /334 .*\r\n(?:334 YWdhaW4=\r\n){3}$/,
      { options: users },
    ],
    [
      "235 without an exchange",
      { at: "auth", reply: "235 2.7.0 OK" },
      [E, "AUTH LOGIN"],
      /235 2\.7\.0 OK\r\n$/,
      { options: users },
    ],
    [
      "535, then 421",
      [
        { at: "auth", when: { nth: 1 }, reply: "535 5.7.8 No" },
        { at: "auth", reply: "421 4.7.0 Too many" },
      ],
      [E, login, login],
      /535 5\.7\.8 No\r\n421 4\.7\.0 Too many\r\n$/,
      { options: users, ...closed },
    ],
    ...["432 4.7.12 Change your password", "534 5.7.9 Too weak", "454 4.7.0 Later"].map(
      (reply): Row => [
        reply,
        { at: "auth", reply },
        [E, login],
        new RegExp(`${reply}\\r\\n$`),
        { options: users },
      ],
    ),
    [
      "a refusal as JSON in a challenge",
      { at: "auth", reply: `334 ${Buffer.from('{"status":"400"}').toString("base64")}` },
      [E, "AUTH XOAUTH2 eA==", ""],
      /334 eyJzdGF0dXMiOiI0MDAifQ==\r\n535 .*\r\n$/,
      { options: users },
    ],
  ],
  LMTP: [
    [
      "one recipient refused",
      { at: "final", when: { recipient: "c@y.test" }, reply: "452 4.2.2 Full" },
      L,
      /250 2\.6\.0 .*\r\n452 4\.2\.2 Full\r\n$/,
      { options: lmtp },
    ],
    [
      "one reply too few",
      { at: "final", when: { nth: 1 }, raw: "" },
      [...L, "NOOP"],
      /354 .*\r\n250 2\.6\.0 .*\r\n250 2\.0\.0 OK\r\n$/,
      { options: lmtp },
    ],
    [
      "one reply too many",
      { at: "final", when: { nth: 2 }, raw: "250 2.6.0 x\r\n250 2.6.0 y\r\n" },
      L,
      /250 2\.6\.0 Message accepted\r\n250 2\.6\.0 x\r\n250 2\.6\.0 y\r\n$/,
      { options: lmtp },
    ],
    [
      "gone behind the first reply",
      { at: "final", drop: "after" },
      L,
      /354 .*\r\n250 2\.6\.0 .*\r\n$/,
      { options: lmtp, ...closed },
    ],
    [
      "gone amid the second reply",
      { at: "final", when: { nth: 2 }, drop: "within" },
      L,
      /354 .*\r\n250 2\.6\.0 .*\r\n250 2\.\S*[^\n]*$/,
      { options: lmtp, ...closed },
    ],
  ],
  LIMITS: [
    [
      "421 once MAILMAX is reached",
      { at: "mail", when: { after: 1, per: "connection" }, reply: "421 4.7.0 Enough" },
      [E, M, "RSET", M],
      /421 4\.7\.0 Enough\r\n$/,
      closed,
    ],
    [
      "a RCPTMAX that does not hold",
      [
        { at: "ehlo", conceal: ["LIMITS"], offer: ["LIMITS RCPTMAX=5"] },
        { at: "rcpt", when: { after: 1 }, reply: "452 4.5.3 Too many" },
      ],
      [E, M, R, R],
      /LIMITS RCPTMAX=5\r\n[\s\S]*250 2\.1\.5 .*\r\n452 4\.5\.3 Too many\r\n$/,
    ],
  ],
};

for (const [group, rows] of Object.entries(groups)) {
  describe(`faults as plain data: ${group}`, () => {
    for (const [what, fault, says, hears, { options, closed: ends } = {}] of rows) {
      it(what, { timeout: 8000 }, async () => {
        await using server = await TestServer.start(options);
        const faults: readonly Fault[] = Array.isArray(fault) ? fault : [fault as Fault];
        assertPlain(faults);
        const handles = faults.map((each) => server.fail(each));
        const connections = (says.length > 0 && Array.isArray(says[0]) ? says : [says]) as string[][];
        let heard = "";
        for (const [index, lines] of connections.entries()) {
          const before = heard;
          const last = index === connections.length - 1;
          heard += await converse(server, lines, (text, replies, over) =>
            last ? !over && ends === undefined && hears.test(before + text) : replies > lines.length,
          );
        }
        assert.match(heard, hears);
        // Where nothing is heard any more, the fault may be yet to strike.
        for (const handle of handles) while (handle.hits === 0) await setImmediate();
      });
    }
  });
}

/** Plain data: it is the same once it has been written as JSON and read again, but for what JSON has no word for. */
function assertPlain(value: unknown): void {
  if (value instanceof RegExp || value instanceof Uint8Array || value === Number.POSITIVE_INFINITY) return;
  if (typeof value !== "object" || value === null) assert.notEqual(typeof value, "function");
  else for (const each of Object.values(value)) assertPlain(each);
}

/** Says each line once the one before has been answered; what is heard, until it is enough or the connection ends. */
function converse(
  server: TestServer,
  lines: readonly string[],
  enough: (heard: string, replies: number, over: boolean) => boolean,
): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect(server.port, server.host);
    const left = [...lines];
    let heard = "";
    const done = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(heard);
    };
    // Only where a row does not hold: what has been heard is then told.
    const timer = setTimeout(done, 5000);
    const look = (over: boolean): void => {
      const replies = heard.match(/^\d{3}(?: .*)?\r\n/gm)?.length ?? 0;
      while (replies > lines.length - left.length && left.length > 0) socket.write(`${left.shift()}\r\n`);
      if (over || (left.length === 0 && enough(heard, replies, over))) done();
    };
    socket.on("data", (octets) => {
      heard += octets;
      look(false);
    });
    socket.on("error", () => {});
    socket.on("close", () => look(true));
    socket.on("end", () => look(true));
  });
}
