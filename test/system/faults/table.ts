import type { Fault } from "envoi/testing";

/**
 * What becomes of a mail: `"accepted"`, or an error as `"kind delivery phase"`; without the phase where that depends on
 * how the replies to one flight come in packets.
 */
export type Expected = string;

/** A fault, and what it makes of the mail that it strikes. */
export interface FaultRow {
  readonly name: string;
  readonly faults: readonly Fault[];
  /** Of the mail that is struck. */
  readonly two: Expected;
  /** The same in a window of BDAT, if it differs. */
  readonly inWindow?: Expected;
  /**
   * The outcome of the mail sent after it in a window: by default what the connection's end means for it, if it ends.
   */
  readonly behindInWindow?: Expected;
  /** Of the mail before it and the one behind it; they have nothing to do with it. `"accepted"`. */
  readonly others?: Expected;
  /** The Tls modes it is for; all. */
  readonly modes?: readonly Mode[];
  /** The ways of pipelining it is for; all. */
  readonly ways?: readonly Way[];
  /** Something never comes: what waits for it waits for a short time. */
  readonly stalls?: boolean;
  /** The mail is large and streamed. */
  readonly streamed?: boolean;
  /** The transport logs in. */
  readonly credentials?: boolean;
}

export type Mode = "none" | "opportunistic" | "required" | "wrapper";
/** Stepwise, lone (a single mail), chained (three at once), window. */
export type Way = "stepwise" | "lone" | "chained" | "window";

/** The mail that is struck is the one to this recipient. */
const two = { recipient: "two@example.net" } as const;
const struck = { sender: "two@example.org" } as const;
const starttls: readonly Mode[] = ["opportunistic", "required"];
const encrypted: readonly Mode[] = ["required", "wrapper"];
const byData: readonly Way[] = ["stepwise", "lone", "chained"];

/** What is out already behind a mail, in a window, when the server goes. */
const lost = { behindInWindow: "accepted or connection unknown" } as const;

export const table: readonly FaultRow[] = [
  ...beforeAnyMail(),
  ...atTls(),
  ...atAuth(),
  ...atMail(),
  ...atRcpt(),
  ...atData(),
  ...atBdat(),
  ...inContent(),
  ...atTheEnd(),
  ...afterwards(),
];

/** What strikes a connection strikes every mail. */
function beforeAnyMail(): FaultRow[] {
  const all = (name: string, expected: Expected, fault: Fault, more: Partial<FaultRow> = {}): FaultRow => {
    return { name, faults: [fault], two: expected, others: expected, ...more };
  };
  const inClear = { modes: ["none"] } as const;
  return [
    all("no greeting: FIN", "connection not-sent greeting", { at: "connect", drop: "before" }, inClear),
    all(
      "no greeting: RST",
      "connection not-sent greeting",
      { at: "connect", drop: "before", by: "rst" },
      inClear,
    ),
    all(
      "no greeting: silence",
      "timeout not-sent greeting",
      { at: "greeting", stall: true },
      { stalls: true },
    ),
    all("half a greeting", "connection not-sent greeting", { at: "greeting", drop: "within" }),
    all("greeted, then FIN", "connection not-sent hello", { at: "greeting", drop: "after" }),
    all("greeting 421", "rejected not-sent greeting", { at: "greeting", reply: "421 4.3.2 busy" }),
    all("greeting 554", "rejected not-sent greeting", { at: "greeting", reply: "554 5.3.2 no" }),
    all("greeting 250", "protocol not-sent greeting", { at: "greeting", raw: "250 hello\r\n" }),
    all("greeting of another protocol", "protocol not-sent greeting", {
      at: "greeting",
      raw: "+OK POP3\r\n",
    }),
    all("EHLO: FIN", "connection not-sent hello", { at: "ehlo", drop: "before" }),
    all("EHLO: half a reply", "connection not-sent hello", { at: "ehlo", drop: "within", by: "rst" }),
    all("EHLO: silence", "timeout not-sent hello", { at: "ehlo", stall: true }, { stalls: true }),
    all("EHLO 421", "rejected not-sent hello", { at: "ehlo", reply: "421 4.3.2 closing" }),
    all("EHLO 451", "rejected not-sent hello", { at: "ehlo", reply: "451 4.3.0 later" }),
    all(
      "EHLO 500: HELO is enough",
      "accepted",
      { at: "ehlo", reply: "500 5.5.1 what" },
      {
        modes: ["none", "wrapper", "opportunistic"],
      },
    ),
    all(
      "EHLO 500 where STARTTLS must be",
      "rejected not-sent hello",
      { at: "ehlo", reply: "500 5.5.1 what" },
      {
        modes: ["required"],
      },
    ),
    all("EHLO without PIPELINING", "accepted", { at: "ehlo", conceal: ["PIPELINING"] }),
    all("EHLO without CHUNKING", "accepted", { at: "ehlo", conceal: ["CHUNKING"] }),
    all("EHLO in small letters, with strangers", "accepted", {
      at: "ehlo",
      offer: ["x-odd=1", "size", "auth=PLAIN"],
    }),
    all("EHLO with a SIZE that is exceeded", "too-large not-sent mail", {
      at: "ehlo",
      conceal: ["SIZE"],
      offer: ["SIZE 10"],
    }),
    all("EHLO with no end", "protocol not-sent hello", {
      at: "ehlo",
      raw: `250-${"more".repeat(250)}\r\n`,
      repeat: Number.POSITIVE_INFINITY,
    }),
    all(
      "EHLO with a reply too many",
      "protocol not-sent hello",
      { at: "ehlo", raw: "250-x\r\n250 PIPELINING\r\n250 more\r\n" },
      inClear,
    ),
  ];
}

function atTls(): FaultRow[] {
  const all = (name: string, expected: Expected, fault: Fault, more: Partial<FaultRow> = {}): FaultRow => {
    return { name, faults: [fault], two: expected, others: expected, ...more };
  };
  return [
    all(
      "STARTTLS 454",
      "tls not-sent starttls",
      { at: "starttls", reply: "454 4.7.0 later" },
      { modes: ["required"] },
    ),
    all(
      "STARTTLS 454, where it may be",
      "accepted",
      { at: "starttls", reply: "454 4.7.0 later" },
      { modes: ["opportunistic"] },
    ),
    all(
      "STARTTLS is not offered",
      "tls not-sent starttls",
      { at: "ehlo", conceal: ["STARTTLS"] },
      { modes: ["required"] },
    ),
    all(
      "STARTTLS with octets behind 220",
      "tls not-sent starttls",
      { at: "starttls", raw: "220 go\r\n250 injected\r\n" },
      { modes: starttls },
    ),
    all(
      "STARTTLS: FIN",
      "connection not-sent starttls",
      { at: "starttls", drop: "before" },
      { modes: starttls },
    ),
    all(
      "STARTTLS: silence",
      "timeout not-sent starttls",
      { at: "starttls", stall: true },
      { modes: starttls, stalls: true },
    ),
    all(
      "handshake: FIN",
      "connection not-sent tls",
      { at: "tls", drop: "before" },
      { modes: ["required", "opportunistic", "wrapper"] },
    ),
    all(
      "handshake: silence",
      "timeout not-sent tls",
      { at: "tls", stall: true },
      { modes: ["required", "opportunistic", "wrapper"], stalls: true },
    ),
    all("handshake: text", "tls not-sent tls", { at: "tls", raw: "220 hello\r\n" }, { modes: ["wrapper"] }),
    all(
      "handshake: text, right behind the 220",
      "tls not-sent starttls",
      { at: "tls", raw: "220 hello\r\n" },
      { modes: starttls },
    ),
  ];
}

function atAuth(): FaultRow[] {
  const all = (name: string, expected: Expected, fault: Fault, more: Partial<FaultRow> = {}): FaultRow => {
    return {
      name,
      faults: [fault],
      two: expected,
      others: expected,
      modes: encrypted,
      credentials: true,
      ...more,
    };
  };
  return [
    all("AUTH 535", "authentication not-sent auth", { at: "auth", reply: "535 5.7.8 no" }),
    all("AUTH 454", "authentication not-sent auth", { at: "auth", reply: "454 4.7.0 later" }),
    all("AUTH 421", "authentication not-sent auth", { at: "auth", reply: "421 4.7.0 too many" }),
    all("AUTH is not offered", "authentication not-sent auth", { at: "ehlo", conceal: ["AUTH"] }),
    all("AUTH: FIN", "connection not-sent auth", { at: "auth", drop: "before" }),
    all("AUTH: silence", "timeout not-sent auth", { at: "auth", stall: true }, { stalls: true }),
    all("AUTH: no reply at all", "protocol not-sent auth", { at: "auth", raw: "what\r\n" }),
  ];
}

/** Refusals, drops, silence and nonsense in reply to a command before the content. */
function atCommand(
  at: "mail" | "rcpt" | "data",
  phase: string,
  when: object,
  ways?: readonly Way[],
): FaultRow[] {
  const name = at.toUpperCase();
  // In a window the content is out before the reply comes.
  const row = (
    title: string,
    expected: string,
    inWindow: string,
    fault: object,
    more: Partial<FaultRow> = {},
  ): FaultRow => {
    return {
      name: `${name}${title}`,
      faults: [{ at, when, ...fault } as Fault],
      two: `${expected} ${phase}`,
      inWindow: `${inWindow} ${phase}`,
      ...(ways && { ways }),
      ...more,
    };
  };
  const garbled = (title: string, raw: string): FaultRow => {
    const row = { name: `${name}${title}`, two: "protocol not-sent", inWindow: "protocol unknown" };
    return { ...row, faults: [{ at, when, raw }], ...(ways && { ways }) };
  };
  return [
    row(" 450", "rejected refused", "rejected refused", { reply: "450 4.2.0 later" }),
    row(" 550", "rejected refused", "rejected refused", { reply: "550 5.1.0 no" }),
    row(" 421", "connection not-sent", "connection not-sent", { reply: "421 4.3.2 closing" }),
    row(" 421, and answers on", "connection not-sent", "connection not-sent", {
      reply: "421 4.3.2 closing",
      stays: true,
    }),
    row(": FIN", "connection not-sent", "connection unknown", { drop: "before" }),
    row(": RST", "connection not-sent", "connection unknown", { drop: "before", by: "rst" }),
    row(": half a reply", "connection not-sent", "connection unknown", { drop: "within" }),
    row(": silence", "timeout not-sent", "timeout unknown", { stall: true }, { stalls: true }),
    garbled(": no code", "fine\r\n"),
    garbled(": a code of two digits", "25 fine\r\n"),
    garbled(": a code that is none", "650 fine\r\n"),
    garbled(": two codes in one reply", "250-fine\r\n550 no\r\n"),
    row(": a line without an end", "protocol not-sent", "protocol unknown", {
      raw: `250 ${"x".repeat(1_200_000)}`,
    }),
  ];
}

function atMail(): FaultRow[] {
  const used: readonly Way[] = ["stepwise", "chained", "window"];
  const row = (name: string, two: Expected, fault: object, ways?: readonly Way[]): FaultRow => {
    return { name: `MAIL ${name}`, faults: [{ at: "mail", ...fault } as Fault], two, ...(ways && { ways }) };
  };
  return [
    ...atCommand("mail", "mail", struck),
    row("521", "connection not-sent mail", { when: struck, reply: "521 5.3.2 no mail here" }),
    row("503, and on a fresh connection too", "rejected refused mail", {
      when: struck,
      reply: "503 5.5.1 log in first",
    }),
    row("503 on a used connection", "accepted", { when: struck, times: 1, reply: "503 5.5.1 nested" }, used),
    // In a window the first MAIL asks whether the server discards.
    row("421 after two of a connection", "accepted", {
      when: { after: 2, per: "connection" },
      reply: "421 4.7.0 enough for one connection",
    }),
  ];
}

function atRcpt(): FaultRow[] {
  return [
    ...atCommand("rcpt", "rcpt", two),
    {
      name: "RCPT 521: it refuses the recipient",
      faults: [{ at: "rcpt", when: two, reply: "521 5.7.1 not you" }],
      two: "rejected refused rcpt",
    },
    {
      name: "RCPT 354",
      faults: [{ at: "rcpt", when: two, raw: "354 go\r\n" }],
      two: "protocol not-sent",
      inWindow: "protocol unknown",
    },
  ];
}

function atData(): FaultRow[] {
  return [
    ...atCommand("data", "data", two, byData),
    {
      name: "DATA 250",
      faults: [{ at: "data", when: two, raw: "250 fine\r\n" }],
      two: "protocol not-sent data",
      ways: byData,
    },
    {
      name: "DATA 451 4.7.1",
      faults: [{ at: "data", when: two, reply: "451 4.7.1 slow down" }],
      two: "rejected refused data",
      ways: byData,
    },
  ];
}

function atBdat(): FaultRow[] {
  const row = (name: string, expected: Expected, fault: object, more: Partial<FaultRow> = {}): FaultRow => {
    return {
      name: `BDAT${name}`,
      faults: [{ at: "bdat", when: two, ...fault } as Fault],
      two: expected,
      ways: ["window"],
      ...more,
    };
  };
  return [
    row(" 451", "rejected refused final", { reply: "451 4.3.0 later" }),
    row(" 554", "rejected refused final", { reply: "554 5.6.0 no" }),
    row(" is not known: nobody sends it", "accepted", { reply: "500 5.5.1 what", when: {} }),
    row(" refused without being read: nobody sends it", "accepted", {
      reply: "554 5.5.1 no",
      when: {},
      undiscarded: true,
    }),
  ];
}

function inContent(): FaultRow[] {
  const row = (name: string, expected: Expected, fault: object, more: Partial<FaultRow> = {}): FaultRow => {
    return {
      name: `content${name}`,
      faults: [{ at: "content", when: two, ...fault } as Fault],
      two: expected,
      ...more,
    };
  };
  return [
    row(": FIN, all of it being out", "connection unknown final", { octet: 10, drop: "before" }),
    row(": RST, all of it being out", "connection unknown final", { octet: 10, drop: "before", by: "rst" }),
    row(
      ": silence, all of it being out",
      "timeout unknown final",
      { octet: 10, stall: true },
      { stalls: true },
    ),
    row(
      ": FIN, much of it being left",
      "connection not-sent content",
      { octet: 10, drop: "before" },
      { streamed: true },
    ),
    row(
      ": RST, much of it being left",
      "connection not-sent content",
      { octet: 10, drop: "before", by: "rst" },
      { streamed: true },
    ),
    row(
      ": silence, much of it being left",
      "timeout not-sent content",
      { octet: 10, stall: true },
      { stalls: true, streamed: true },
    ),
  ];
}

function atTheEnd(): FaultRow[] {
  const row = (name: string, expected: Expected, fault: object, more: Partial<FaultRow> = {}): FaultRow => {
    return {
      name: `final${name}`,
      faults: [{ at: "final", when: two, ...fault } as Fault],
      two: expected,
      ...more,
    };
  };
  return [
    row(" 451", "rejected refused final", { reply: "451 4.3.0 later" }),
    row(" 554", "rejected refused final", { reply: "554 5.6.0 no" }),
    row(" 552", "too-large refused final", { reply: "552 5.3.4 too big" }),
    row(" 421", "rejected refused final", { reply: "421 4.3.2 closing" }),
    row(": FIN, kept", "connection unknown final", { drop: "before" }),
    row(": FIN, not kept", "connection unknown final", { drop: "before", keep: "never" }),
    row(": RST", "connection unknown final", { drop: "before", by: "rst" }),
    row(": half a reply", "connection unknown final", { drop: "within" }),
    row(": silence", "timeout unknown final", { stall: true }, { stalls: true }),
    row(": nonsense", "protocol unknown", { raw: "fine\r\n" }),
    row(" 354", "protocol unknown", { raw: "354 more\r\n" }),
    row(": FIN behind the reply", "accepted", { drop: "after" }, lost),
    row(": RST behind the reply", "accepted", { drop: "after", by: "rst" }, lost),
    row(": half-closed behind the reply", "accepted", { drop: "after", by: "half-close" }, lost),
    row(": 421 behind the reply, in one packet", "accepted", {
      raw: "250 2.6.0 OK\r\n421 4.7.0 enough\r\n",
      drop: "after",
    }),
    row(": slow", "accepted", { tarpit: 1 }),
  ];
}

/** What comes behind a mail changes nothing of it, nor of the next. */
function afterwards(): FaultRow[] {
  const refused: Fault = { at: "rcpt", when: two, reply: "550 5.1.1 nobody" };
  const behind = (name: string, fault: Fault, more: Partial<FaultRow> = {}): FaultRow => {
    return {
      name,
      faults: [refused, fault],
      two: "rejected refused rcpt",
      ways: ["stepwise", "chained"],
      ...more,
    };
  };
  return [
    behind("RSET 500", { at: "rset", times: 1, reply: "500 5.5.1 what" }),
    behind("RSET 421", { at: "rset", times: 1, reply: "421 4.3.2 closing" }),
    behind("RSET: FIN", { at: "rset", times: 1, drop: "before" }),
    behind("RSET: silence", { at: "rset", times: 1, stall: true }, { stalls: true }),
    { name: "QUIT 500", faults: [{ at: "quit", reply: "500 5.5.1 what" }], two: "accepted" },
    { name: "QUIT: FIN", faults: [{ at: "quit", drop: "before" }], two: "accepted" },
    { name: "QUIT: RST", faults: [{ at: "quit", drop: "before", by: "rst" }], two: "accepted" },
    { name: "QUIT: silence", faults: [{ at: "quit", stall: true }], two: "accepted", stalls: true },
  ];
}
