import {
  content,
  type Dialogue,
  data,
  ehlo,
  helo,
  mail,
  octets,
  rcpt,
  refusedRcpt,
  type Step,
  say,
} from "./dialogue.ts";
import { message } from "./message.ts";

/** A command in a state, then what shows in which state it has left the server. */
export function* commandsInStates(): Iterable<Dialogue> {
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
