import { runScript } from "../python.ts";
import { type ForeignClient, modes } from "./client.ts";

/** The client in Python's standard library. */
export const smtplib: ForeignClient = {
  name: "smtplib",
  // Its LMTP waits for one reply, however many recipients there are.
  modes: modes({ mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5"] }),
  async deliver(destination, { from, to, message }) {
    const options = /^[\0-\x7f]*$/.test(message) ? [] : ["BODY=8BITMIME"];
    const how = JSON.stringify({ ...destination, from, to, options });
    await runScript("smtplib-client.py", [how], message);
  },
};
