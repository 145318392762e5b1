import {
  content,
  type Dialogue,
  data,
  ehlo,
  HEAD,
  handshake,
  helo,
  mail,
  NUMBER,
  octets,
  rcpt,
  refusedRcpt,
  response,
  type Step,
  say,
  sayUtf8,
} from "./dialogue.ts";
import { MESSAGE_LIMIT } from "./limits.ts";

const message = `${HEAD}\r\nHello\r\n`;

/** A command in a state, then what shows in which state it has left the server. */
function* commandsInStates(): Iterable<Dialogue> {
  const states: Readonly<Record<string, readonly Step[]>> = {
    "at the beginning": [],
    "after HELO": [helo],
    "after EHLO": [ehlo],
    "after MAIL": [ehlo, mail],
    "after RCPT": [ehlo, mail, rcpt],
    "after a refused RCPT": [ehlo, mail, refusedRcpt],
    "after a refused RCPT and another": [ehlo, mail, refusedRcpt, rcpt],
    "after a mail": [ehlo, mail, rcpt, data, content(`${message}.\r\n`)],
    "after RSET": [ehlo, mail, rcpt, say("RSET")],
    "after a second EHLO": [ehlo, mail, rcpt, ehlo],
    "after a chunk": [ehlo, mail, rcpt, octets("BDAT 5\r\nHello")],
  };
  const commands: Readonly<Record<string, readonly Step[]>> = {
    HELO: [helo],
    EHLO: [ehlo],
    MAIL: [mail],
    RCPT: [rcpt],
    DATA: [data, content(`${message}.\r\n`)],
    "BDAT LAST": [octets(`BDAT ${message.length} LAST\r\n${message}`)],
    RSET: [say("RSET")],
    NOOP: [say("NOOP")],
    HELP: [say("HELP")],
    VRFY: [say("VRFY root")],
    EXPN: [say("EXPN staff")],
    AUTH: [say("AUTH PLAIN AGFkYQB4")],
    STARTTLS: [say("STARTTLS")],
    "an unknown command": [say("XYZZY plugh")],
    QUIT: [say("QUIT")],
  };
  for (const [state, before] of Object.entries(states))
    for (const [command, steps] of Object.entries(commands))
      yield {
        name: `${command} ${state}`,
        service: "plain",
        steps: [...before, ...steps, ...(command === "QUIT" ? [] : [rcpt])],
      };
}

function* oneEach(
  what: string,
  before: readonly Step[],
  lines: readonly string[],
  after: readonly Step[] = [],
): Iterable<Dialogue> {
  for (const line of lines) {
    const shown = line.length > 60 ? `${line.slice(0, 50)}... (${line.length})` : line;
    yield { name: `${what}: ${shown}`, service: "plain", steps: [...before, sayUtf8(line), ...after] };
  }
}

const paths = [
  "<a@b.example>",
  "<A@B.EXAMPLE>",
  "<>",
  " <a@b.example>",
  "a@b.example",
  "<a@b.example",
  "a@b.example>",
  "<<a@b.example>>",
  "<a@b.example> ",
  "<a@b.example>x",
  "<a@b.example>SIZE=1",
  "",
  "<a>",
  "<a@>",
  "<@b.example>",
  "<a b@b.example>",
  '<"a b"@b.example>',
  '<"a\\"b"@b.example>',
  '<"a@c"@b.example>',
  '<"">',
  '<"a"b@b.example>',
  '<"a@b.example>',
  "<a.b@b.example>",
  "<a..b@b.example>",
  "<.a@b.example>",
  "<a.@b.example>",
  "<a+b@b.example>",
  "<a!b@b.example>",
  "<a%c@b.example>",
  "<a@c@b.example>",
  "<a(c)@b.example>",
  "<a,c@b.example>",
  "<a;c@b.example>",
  "<a\\b@b.example>",
  "<a@b..example>",
  "<a@.b.example>",
  "<a@-b.example>",
  "<a@b_c.example>",
  "<a@b.example.>",
  "<a@[127.0.0.1]>",
  "<a@[127.0.0.256]>",
  "<a@[IPv6:::1]>",
  "<a@[IPv6:zz]>",
  "<a@[]>",
  "<a@127.0.0.1>",
  "<@c.example:a@b.example>",
  "<@c.example,@d.example:a@b.example>",
  "<@c.example a@b.example>",
  `<${"l".repeat(64)}@b.example>`,
  `<${"l".repeat(65)}@b.example>`,
  `<a@${"d".repeat(63)}.example>`,
  `<a@${"d".repeat(64)}.example>`,
  `<a@${"d23456789.".repeat(26)}example>`,
  "<a\x01b@b.example>",
  "<a\tb@b.example>",
  "<ä@b.example>",
  "<a@ä.example>",
  "<a@xn--4ca.example>",
];

const mailParameters = [
  "SIZE=1",
  "size=1",
  "SIZE=",
  "SIZE",
  "SIZE=abc",
  "SIZE=-1",
  "SIZE=1e3",
  `SIZE=${MESSAGE_LIMIT}`,
  `SIZE=${MESSAGE_LIMIT + 1}`,
  "SIZE=99999999999999999999",
  "SIZE=1 SIZE=2",
  "BODY=7BIT",
  "BODY=8BITMIME",
  "body=8bitmime",
  "BODY=9BIT",
  "BODY=",
  "BODY",
  "BODY=7BIT BODY=8BITMIME",
  "RET=FULL",
  "RET=hdrs",
  "RET=PART",
  "RET=",
  "RET=FULL RET=HDRS",
  "ENVID=abc",
  "ENVID=a+2Bb",
  "ENVID=",
  "ENVID=a+0D+0Ab",
  "ENVID=a+b",
  "ENVID=a ENVID=b",
  `ENVID=${"e".repeat(101)}`,
  "SMTPUTF8",
  "SMTPUTF8=1",
  "SMTPUTF8 SMTPUTF8",
  "AUTH=<>",
  "FOO=BAR",
  "FOO",
  "=",
  "NOTIFY=NEVER",
  "SIZE=1 BODY=8BITMIME RET=HDRS ENVID=x SMTPUTF8",
  " SIZE=1",
  "SIZE=1  BODY=7BIT",
  "SIZE=1 ",
  "HOLDFOR=10",
  "BY=10;R",
  "MT-PRIORITY=3",
  "REQUIRETLS",
];

const rcptParameters = [
  "NOTIFY=NEVER",
  "NOTIFY=SUCCESS,FAILURE,DELAY",
  "notify=success",
  "NOTIFY=NEVER,SUCCESS",
  "NOTIFY=",
  "NOTIFY",
  "NOTIFY=SOMETIMES",
  "NOTIFY=SUCCESS,SUCCESS",
  "NOTIFY=SUCCESS,",
  "NOTIFY=NEVER NOTIFY=SUCCESS",
  "ORCPT=rfc822;a@b.example",
  "ORCPT=rfc822;a+2Bb@b.example",
  "ORCPT=rfc822;j+C3+BCrgen@b.example",
  "ORCPT=utf-8;j\\x{FC}rgen@b.example",
  "ORCPT=rfc822",
  "ORCPT=;a@b.example",
  "ORCPT=",
  "ORCPT=rfc822;a@b.example ORCPT=rfc822;a@b.example",
  "ORCPT=rfc822;a+0D+0A@b.example",
  `ORCPT=rfc822;${"o".repeat(501)}`,
  "NOTIFY=FAILURE ORCPT=rfc822;a@b.example",
  "SIZE=1",
  "FOO=BAR",
  "FOO",
];

const hellos = [
  "",
  " ",
  " client.example",
  "  client.example",
  " client.example ",
  " client",
  " client.example and more",
  " [127.0.0.1]",
  " [127.0.0.256]",
  " [IPv6:::1]",
  " [IPv6:zz]",
  " [127.0.0.1",
  " []",
  " 127.0.0.1",
  " under_score.example",
  " -client.example",
  " client..example",
  " .client.example",
  " client.example.",
  " cl(ie)nt",
  " cl<ie>nt",
  " cl@ient",
  ' "client"',
  " cl\x01ient",
  " clïent.example",
  ` ${"h".repeat(255)}`,
  ` ${"h".repeat(300)}`,
];

const lines = [
  "",
  " ",
  "NOOP ",
  "NOOP  x",
  " NOOP",
  "\tNOOP",
  "NOOP\tx",
  "noop",
  "nOoP",
  "NOOPX",
  "NOO",
  "NOOP <x>",
  "RSET x",
  "RSET ",
  "DATA x",
  "QUIT x",
  "HELP x",
  "HELP MAIL",
  "VRFY",
  "VRFY a b",
  "VRFY <root@inbox.example>",
  "VRFY <root@elsewhere.example>",
  "VRFY rööt",
  "EXPN",
  "MAIL",
  "MAIL ",
  "MAIL FROM",
  "MAIL FROM:",
  "MAIL <a@b.example>",
  "MAIL TO:<a@b.example>",
  "MAILFROM:<a@b.example>",
  "mail from:<a@b.example>",
  "MAIL  FROM:<a@b.example>",
  "MAIL FROM :<a@b.example>",
  "SEND FROM:<a@b.example>",
  "SOML FROM:<a@b.example>",
  "TURN",
  "ETRN",
  "LHLO client.example",
  "AUTH",
  "AUTH PLAIN",
  "STARTTLS x",
  "BDAT",
  "NOOP \xe4",
  `NOOP ${"x".repeat(500)}`,
  `NOOP ${"x".repeat(1_000)}`,
  `NOOP ${"x".repeat(20_000)}`,
  `MAIL FROM:<a@b.example> ENVID=${"x".repeat(90)}`,
];

/** Octets that are no proper lines, and how many replies they ask for. */
const rawLines: readonly (readonly [string, number])[] = [
  ["NOOP\n", 1],
  ["NOOP\nNOOP\r\n", 2],
  ["NOOP\rNOOP\r\n", 1],
  ["NOOP\r\r\n", 1],
  ["NOOP\0\r\n", 1],
  ["NO\0OP\r\n", 1],
  ["\0\r\n", 1],
  ["NOOP\x07\r\n", 1],
  ["NOOP \xff\xfe\r\n", 1],
  ["\r\n", 1],
  ["\r\nNOOP\r\n", 2],
  ["MAIL FROM:<a\0b@b.example>\r\n", 1],
  ["MAIL FROM:<a\rb@b.example>\r\n", 1],
  ["MAIL FROM:<a@b.example>\n", 1],
];

const lineOf = (length: number): string => `${"x".repeat(length)}\r\n`;
const many = (line: string, count: number): string => line.repeat(count);
const upTo = (size: number): string => {
  const rest = size - message.length;
  return (
    message + many(lineOf(98), Math.floor(rest / 100)) + (rest % 100 > 1 ? lineOf((rest % 100) - 2) : "")
  );
};

/** What goes from after the 354 up to and with the end, the replies it asks for, and what is told apart by it. */
const contents: Readonly<Record<string, readonly [string, number?]>> = {
  "an ordinary message": [`${message}.\r\n`],
  nothing: [".\r\n"],
  "an empty line": ["\r\n.\r\n"],
  "a header alone": [`${HEAD}.\r\n`],
  "a body alone": [`\r\nHello\r\n.\r\n`],
  "lines of dots": [`${message}..\r\n...\r\n..a\r\n.. \r\n.\r\n`],
  "a dot that was not doubled": [`${message}.a\r\n.\r\n`],
  "a dot and a space": [`${message}. \r\n.\r\n`],
  "dots in lines": [`${message}a.\r\na..b\r\n ..\r\n.\r\n`],
  "many empty lines": [`${message}${many("\r\n", 50)}.\r\n`],
  "trailing spaces": [`${message}a  \r\n\t\r\n.\r\n`],
  "a line of 998": [`${message}${lineOf(998)}.\r\n`],
  "a line of 999": [`${message}${lineOf(999)}.\r\n`],
  "a line of 2047": [`${message}${lineOf(2047)}.\r\n`],
  "a line of 2049": [`${message}${lineOf(2049)}.\r\n`],
  "a line of 5000": [`${message}${lineOf(5000)}.\r\n`],
  "8-bit octets": [`${message}\xe4\xf6\xfc\r\n.\r\n`],
  "control characters": [`${message}\x01\x07\x1b\x7f\r\n.\r\n`],
  "no header but text": ["Hello, this is no header\r\n.\r\n"],
  "a header field without a colon": [`${HEAD}Wrong\r\n\r\nHello\r\n.\r\n`],
  "a header field with space before its colon": [`${HEAD}Wrong : x\r\n\r\nHello\r\n.\r\n`],
  "thirty hops": [
    `${many("Received: by hop.example; Thu, 1 Jan 2026 00:00:00 +0000\r\n", 30)}${message}.\r\n`,
  ],
  "a hundred hops": [
    `${many("Received: by hop.example; Thu, 1 Jan 2026 00:00:00 +0000\r\n", 100)}${message}.\r\n`,
  ],
  "just below the limit": [`${upTo(MESSAGE_LIMIT - 1_000)}.\r\n`],
  "just above the limit": [`${upTo(MESSAGE_LIMIT + 1_000)}.\r\n`],
  "twice the limit": [`${upTo(MESSAGE_LIMIT * 2)}.\r\n`],
  "commands behind the limit": [`${upTo(MESSAGE_LIMIT * 2)}RSET\r\nMAIL FROM:<x@y.example>\r\n.\r\n`],
  "words that are commands": [`${message}QUIT\r\nRSET\r\nMAIL FROM:<a@b.example>\r\n.\r\n`],
  "LF dot LF": [`${message}a\n.\nMAIL FROM:<e@v.example>\r\n.\r\n`, 1],
  "LF dot CRLF": [`${message}a\n.\r\nMAIL FROM:<e@v.example>\r\n.\r\n`, 1],
  "CRLF dot LF": [`${message}a\r\n.\nMAIL FROM:<e@v.example>\r\n.\r\n`, 1],
  "CR dot CRLF": [`${message}a\r.\r\nMAIL FROM:<e@v.example>\r\n.\r\n`, 1],
  "CRLF dot CR": [`${message}a\r\n.\rMAIL FROM:<e@v.example>\r\n.\r\n`, 1],
  "CR dot CR": [`${message}a\r.\rMAIL FROM:<e@v.example>\r\n.\r\n`, 1],
  "LF dot CR": [`${message}a\n.\rMAIL FROM:<e@v.example>\r\n.\r\n`, 1],
  "CRCRLF dot CRLF": [`${message}a\r\r\n.\r\n`, 1],
  "CRLF dot CRCRLF": [`${message}a\r\n.\r\r\nb\r\n.\r\n`, 1],
  "CRLF NUL dot CRLF": [`${message}a\r\n\0.\r\nb\r\n.\r\n`, 1],
  "CRLF dot NUL CRLF": [`${message}a\r\n.\0\r\nb\r\n.\r\n`, 1],
  "a bare LF": [`${message}a\nb\r\n.\r\n`, 1],
  "a bare CR": [`${message}a\rb\r\n.\r\n`, 1],
  "a NUL": [`${message}a\0b\r\n.\r\n`, 1],
};

const size = message.length;
const all = `BDAT ${size} LAST\r\n${message}`;

/** What follows RCPT. */
const chunks: Readonly<Record<string, readonly Step[]>> = {
  "one chunk": [octets(all)],
  "two chunks": [
    octets(`BDAT 10\r\n${message.slice(0, 10)}`),
    octets(`BDAT ${size - 10} LAST\r\n${message.slice(10)}`),
  ],
  "an empty last chunk": [octets(`BDAT ${size}\r\n${message}`), octets("BDAT 0 LAST\r\n")],
  "an empty first chunk": [octets("BDAT 0\r\n"), octets(all)],
  "nothing at all": [octets("BDAT 0 LAST\r\n")],
  "one chunk by octets": [
    octets("BDAT 1\r\nF"),
    octets("BDAT 1\r\nr"),
    octets(`BDAT ${size - 2} LAST\r\n${message.slice(2)}`),
  ],
  "CR and LF in two chunks": [
    octets(`BDAT ${size - 1}\r\n${message.slice(0, -1)}`),
    octets("BDAT 1 LAST\r\n\n"),
  ],
  "lower case": [octets(`bdat ${size} last\r\n${message}`)],
  "a trailing space": [octets(`BDAT ${size} LAST \r\n${message}`)],
  "two spaces": [octets(`BDAT  ${size}  LAST\r\n${message}`)],
  "leading zeros": [octets(`BDAT 000${size} LAST\r\n${message}`)],
  "no last line end": [octets(`BDAT ${size + 5} LAST\r\n${message}no end`.slice(0, -1))],
  "dots that are not doubled": [octets(`BDAT ${size + 11} LAST\r\n${message}.\r\n..\r\n.a\r\n`)],
  "commands inside": [octets(`BDAT ${size + 12} LAST\r\n${message}RSET\r\nQUIT\r\n`)],
  "8-bit octets": [octets(`BDAT ${size + 4} LAST\r\n${message}\xe4\xf6\r\n`)],
  "a bare LF": [octets(`BDAT ${size + 5} LAST\r\n${message}a\nb\r\n`)],
  "a bare CR": [octets(`BDAT ${size + 5} LAST\r\n${message}a\rb\r\n`)],
  "a NUL": [octets(`BDAT ${size + 5} LAST\r\n${message}a\0b\r\n`)],
  "no size": [octets("BDAT\r\n")],
  "no size but LAST": [octets("BDAT LAST\r\n")],
  "a size that is none": [octets("BDAT ten LAST\r\n")],
  "a negative size": [octets("BDAT -1\r\n")],
  "an enormous size": [octets("BDAT 99999999999999999999\r\n")],
  "a word that is not LAST": [octets("BDAT 6 LASTX\r\nRSET\r\n")],
  "two words": [octets("BDAT 6 LAST LAST\r\nRSET\r\n")],
  "a decimal": [octets("BDAT 6.0\r\n")],
  "RSET between chunks": [octets("BDAT 5\r\nHello"), say("RSET"), rcpt],
  "NOOP between chunks": [octets("BDAT 5\r\nHello"), say("NOOP"), octets(`BDAT ${size} LAST\r\n${message}`)],
  "DATA after a chunk": [octets("BDAT 5\r\nHello"), data, content(".\r\n")],
  "MAIL after a chunk": [octets("BDAT 5\r\nHello"), mail],
  "RCPT after a chunk": [octets("BDAT 5\r\nHello"), rcpt],
  "a chunk after the last": [octets(all), octets("BDAT 6\r\nRSET\r\n")],
  "two mails": [octets(all), mail, rcpt, octets(all)],
  "more than the limit at once": [
    octets(`BDAT ${MESSAGE_LIMIT + 1_000} LAST\r\n${upTo(MESSAGE_LIMIT + 1_000)}`),
    mail,
  ],
  "more than the limit by and by": [
    octets(`BDAT ${MESSAGE_LIMIT - 1_000}\r\n${upTo(MESSAGE_LIMIT - 1_000)}`),
    octets(`BDAT 2000\r\n${many(lineOf(98), 20)}`),
    say("RSET"),
    mail,
  ],
};

/** Commands that arrive at once, and how many replies they ask for. */
const groups: Readonly<Record<string, readonly [string, number]>> = {
  "a transaction up to DATA": ["MAIL FROM:<s@sender.example>\r\nRCPT TO:<d{n}@inbox.example>\r\nDATA\r\n", 3],
  "a transaction whose recipients are refused": [
    "MAIL FROM:<s@sender.example>\r\nRCPT TO:<nobody@inbox.example>\r\nDATA\r\n",
    3,
  ],
  "some recipients refused": [
    "MAIL FROM:<s@sender.example>\r\nRCPT TO:<nobody@inbox.example>\r\nRCPT TO:<d{n}@inbox.example>\r\nDATA\r\n",
    4,
  ],
  "a refused sender": ["MAIL FROM:<s@\r\nRCPT TO:<d{n}@inbox.example>\r\nDATA\r\n", 3],
  "RSET in front": ["RSET\r\nMAIL FROM:<s@sender.example>\r\nRCPT TO:<d{n}@inbox.example>\r\nDATA\r\n", 4],
  "RSET at every turn": [
    "RSET\r\nMAIL FROM:<s@sender.example>\r\nRSET\r\nMAIL FROM:<s@sender.example>\r\nRSET\r\nNOOP\r\n",
    6,
  ],
  "two transactions begun": ["MAIL FROM:<s@sender.example>\r\nMAIL FROM:<t@sender.example>\r\n", 2],
  "recipients without a sender": ["RCPT TO:<d{n}@inbox.example>\r\nRCPT TO:<d{n}@inbox.example>\r\n", 2],
  "an unknown command among others": ["NOOP\r\nXYZZY\r\nNOOP\r\n", 3],
  "ten NOOPs": [many("NOOP\r\n", 10), 10],
  "a transaction by BDAT": [`MAIL FROM:<s@sender.example>\r\nRCPT TO:<d{n}@inbox.example>\r\n${all}`, 3],
  "two transactions by BDAT": [
    many(`RSET\r\nMAIL FROM:<s@sender.example>\r\nRCPT TO:<d{n}@inbox.example>\r\n${all}`, 2),
    8,
  ],
  "a transaction by BDAT, refused": [
    `MAIL FROM:<s@sender.example>\r\nRCPT TO:<nobody@inbox.example>\r\n${all}NOOP\r\n`,
    4,
  ],
  "refused chunks, more of them": [
    `MAIL FROM:<s@sender.example>\r\nRCPT TO:<nobody@inbox.example>\r\nBDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n`,
    5,
  ],
  "the proof that chunks are discarded": [
    "MAIL FROM:<s@sender.example>\r\nBDAT 6 LAST\r\nXXXX\r\nRSET\r\n",
    3,
  ],
  "QUIT with something behind it": ["QUIT\r\nNOOP\r\n", 1],
};

function* groupsAfterEhlo(): Iterable<Dialogue> {
  for (const [name, [text, replies]] of Object.entries(groups))
    yield {
      name: `at once: ${name}`,
      service: "plain",
      steps: [ehlo, octets(text, replies), content(`${message}.\r\n`)],
    };
  const next = "MAIL FROM:<s@sender.example>\r\nRCPT TO:<d{n}@inbox.example>\r\n";
  yield {
    name: "at once: content and the next transaction",
    service: "plain",
    steps: [
      ehlo,
      octets(`${next}DATA\r\n`, 3),
      content(`${message}.\r\n${next}DATA\r\n`, 4),
      content(`${message}.\r\n`),
    ],
  };
  yield {
    name: "at once: content and QUIT",
    service: "plain",
    steps: [ehlo, octets(`${next}DATA\r\n`, 3), content(`${message}.\r\nQUIT\r\n`, 2)],
  };
  yield {
    name: "at once: a hundred recipients and two more",
    service: "plain",
    steps: [
      ehlo,
      mail,
      octets(many(`RCPT TO:<d${NUMBER}@inbox.example>\r\n`, 102), 102),
      data,
      content(`${message}.\r\n`),
    ],
  };
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const right = base64(`\0ada\0öffne "dich" \\ 50%`);
const [user, password] = [base64("ada"), base64('öffne "dich" \\ 50%')];

/** After EHLO, where AUTH is offered. */
const logins: Readonly<Record<string, readonly Step[]>> = {
  "MAIL without it": [mail],
  "PLAIN at once": [say(`AUTH PLAIN ${right}`), mail, rcpt],
  "PLAIN in two steps": [say("AUTH PLAIN"), response(right), mail],
  "PLAIN, lower case": [say(`auth plain ${right}`), mail],
  "PLAIN, wrong password": [say(`AUTH PLAIN ${base64("\0ada\0wrong")}`), mail],
  "PLAIN, no such user": [say(`AUTH PLAIN ${base64("\0eve\0wrong")}`)],
  "PLAIN, empty": [say("AUTH PLAIN =")],
  "PLAIN, not base64": [say("AUTH PLAIN !!!!")],
  "PLAIN, base64 without its end": [say("AUTH PLAIN AGFkYQB")],
  "PLAIN, one part only": [say(`AUTH PLAIN ${base64("ada")}`)],
  "PLAIN, another's name": [say(`AUTH PLAIN ${base64('eve\0ada\0öffne "dich" \\ 50%')}`)],
  "PLAIN, two words": [say(`AUTH PLAIN ${right} ${right}`)],
  "PLAIN, called off": [say("AUTH PLAIN"), response("*"), say("NOOP")],
  "PLAIN, empty response": [say("AUTH PLAIN"), response(""), say("NOOP")],
  LOGIN: [say("AUTH LOGIN"), response(user), response(password), mail],
  "LOGIN at once": [say(`AUTH LOGIN ${user}`), response(password), mail],
  "LOGIN, wrong": [say("AUTH LOGIN"), response(user), response(base64("wrong")), mail],
  "LOGIN, called off at first": [say("AUTH LOGIN"), response("*"), say("NOOP")],
  "LOGIN, called off later": [say("AUTH LOGIN"), response(user), response("*"), say("NOOP")],
  "LOGIN, not base64": [say("AUTH LOGIN"), response("!!!!"), say("NOOP")],
  "CRAM-MD5, called off": [say("AUTH CRAM-MD5"), response("*"), say("NOOP")],
  "CRAM-MD5, wrong": [say("AUTH CRAM-MD5"), response(base64(`ada ${"0".repeat(32)}`)), say("NOOP")],
  "CRAM-MD5, nonsense": [say("AUTH CRAM-MD5"), response(base64("ada")), say("NOOP")],
  "an unknown mechanism": [say("AUTH XYZZY"), say("NOOP")],
  "no mechanism": [say("AUTH"), say("NOOP")],
  twice: [say(`AUTH PLAIN ${right}`), say(`AUTH PLAIN ${right}`)],
  "within a transaction": [say(`AUTH PLAIN ${right}`), mail, say(`AUTH PLAIN ${right}`)],
  "after RSET": [say(`AUTH PLAIN ${right}`), say("RSET"), mail],
  "after a second EHLO": [say(`AUTH PLAIN ${right}`), ehlo, mail],
  "MAIL AUTH=": [say(`AUTH PLAIN ${right}`), say("MAIL FROM:<s@sender.example> AUTH=<>")],
  "MAIL AUTH= of somebody": [
    say(`AUTH PLAIN ${right}`),
    say("MAIL FROM:<s@sender.example> AUTH=a+2Bb@b.example"),
  ],
  "MAIL AUTH= malformed": [
    say(`AUTH PLAIN ${right}`),
    say("MAIL FROM:<s@sender.example> AUTH=a+0Xb@b.example"),
  ],
  "RCPT without it": [rcpt],
};

/** Where STARTTLS is offered, and required. */
const upgrades: Readonly<Record<string, readonly Step[]>> = {
  "MAIL in clear": [ehlo, mail],
  "NOOP in clear": [ehlo, say("NOOP")],
  "RSET in clear": [ehlo, say("RSET")],
  "VRFY in clear": [ehlo, say("VRFY root")],
  "STARTTLS at the beginning": [say("STARTTLS")],
  "STARTTLS with an argument": [ehlo, say("STARTTLS now")],
  "a mail over TLS": [ehlo, say("STARTTLS"), handshake, ehlo, mail, rcpt, data, content(`${message}.\r\n`)],
  "MAIL before EHLO over TLS": [ehlo, say("STARTTLS"), handshake, mail],
  "STARTTLS over TLS": [ehlo, say("STARTTLS"), handshake, ehlo, say("STARTTLS")],
  "HELO over TLS": [ehlo, say("STARTTLS"), handshake, helo, mail],
  "STARTTLS after HELO": [helo, say("STARTTLS")],
};

/** All dialogues; every name is of one only. */
export function* dialogues(): Iterable<Dialogue> {
  yield* commandsInStates();
  yield* oneEach(
    "MAIL",
    [ehlo],
    paths.map((path) => `MAIL FROM:${path}`),
    [rcpt],
  );
  yield* oneEach(
    "MAIL",
    [ehlo],
    mailParameters.map((each) => `MAIL FROM:<a@b.example> ${each}`),
    [rcpt],
  );
  yield* oneEach(
    "MAIL after HELO",
    [helo],
    mailParameters.slice(0, 1).map((each) => `MAIL FROM:<a@b.example> ${each}`),
  );
  const utf8 = ["<ä@b.example>", "<a@ä.example>", '<"ä b"@b.example>'];
  yield* oneEach(
    "MAIL",
    [ehlo],
    utf8.map((path) => `MAIL FROM:${path} SMTPUTF8`),
    [sayUtf8(`RCPT TO:<ä${NUMBER}@inbox.example>`)],
  );
  yield* oneEach(
    "RCPT",
    [ehlo, mail],
    paths.map((path) => `RCPT TO:${path.replace(/b\.example/, "inbox.example")}`),
    [data, content(`${message}.\r\n`)],
  );
  const others = [
    "<postmaster>",
    "<POSTMASTER>",
    "<postmaster@inbox.example>",
    "<a@elsewhere.example>",
    "<nobody@inbox.example>",
  ];
  yield* oneEach(
    "RCPT",
    [ehlo, mail],
    others.map((path) => `RCPT TO:${path}`),
  );
  yield* oneEach(
    "RCPT",
    [ehlo, mail],
    rcptParameters.map((each) => `RCPT TO:<d${NUMBER}@inbox.example> ${each}`),
    [data],
  );
  for (const verb of ["EHLO", "HELO"])
    yield* oneEach(
      verb,
      [],
      hellos.map((name) => `${verb}${name}`),
      [mail],
    );
  yield* oneEach("line", [ehlo], lines, [say("NOOP")]);
  for (const [text, replies] of rawLines)
    yield {
      name: `octets: ${JSON.stringify(text)}`,
      service: "plain",
      steps: [ehlo, octets(text, replies), say("NOOP")],
    };
  for (const [name, [text, replies]] of Object.entries(contents))
    yield {
      name: `content: ${name}`,
      service: "plain",
      steps: [ehlo, mail, rcpt, data, content(text, replies), say("NOOP")],
    };
  for (const [name, steps] of Object.entries(chunks))
    yield { name: `BDAT: ${name}`, service: "plain", steps: [ehlo, mail, rcpt, ...steps, say("NOOP")] };
  yield* groupsAfterEhlo();
  for (const [name, steps] of Object.entries(logins))
    yield { name: `AUTH: ${name}`, service: "plainAuth", steps: [ehlo, ...steps] };
  for (const [name, steps] of Object.entries(upgrades))
    yield { name: `STARTTLS: ${name}`, service: "starttls", steps };
}
