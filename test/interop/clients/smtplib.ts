import { runScript } from "../python.ts";
import { type ForeignClient, isAscii, modes } from "./client.ts";

/** The client in Python's standard library. */
export const smtplib: ForeignClient = {
  name: "smtplib",
  // Its LMTP waits for one reply, however many recipients there are.
  modes: modes({ mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5"] }),
  utf8: true,
  dsn: true,
  async deliver(destination, { from, to, message, dsn = false }) {
    const options = [
      ...(isAscii(message) ? [] : ["BODY=8BITMIME"]),
      ...(isAscii(to.join()) ? [] : ["SMTPUTF8"]),
      ...(dsn ? ["RET=HDRS"] : []),
    ];
    const recipientOptions = dsn ? ["NOTIFY=SUCCESS,FAILURE"] : [];
    const how = JSON.stringify({ ...destination, from, to, options, recipientOptions });
    await runScript("smtplib-client.py", [how], message);
  },
};
