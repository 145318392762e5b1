import { ehlo, mail, rcpt, response, type Step, say } from "./dialogue.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const right = base64(`\0ada\0öffne "dich" \\ 50%`);
const [user, password] = [base64("ada"), base64('öffne "dich" \\ 50%')];

/** After EHLO, with a server that offers AUTH. */
export const logins: Readonly<Record<string, readonly Step[]>> = {
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
