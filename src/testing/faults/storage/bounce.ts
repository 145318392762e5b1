import type { Address } from "../../../address/address.ts";
import { Message } from "../../../message/message.ts";
import { Report } from "../../../message/report.ts";
import type { Reply } from "../../../protocol/reply.ts";
import type { CapturedMessage } from "../../messages/captured-message.ts";

type Unparsed = Omit<CapturedMessage, "parsed">;

/**
 * The delivery status that the sender of a message gets, for all of its recipients; `undefined` if the message is a
 * delivery status itself (RFC 5321 4.5.5).
 */
export function bounceOf(message: Unparsed, reply: Reply): Unparsed | undefined {
  const sender = message.envelope.from;
  if (sender === null) return undefined;
  const raw = statusOf(message, sender, reply, original(message));
  const { session, transcript, receivedAt } = message;
  const envelope = { from: null, to: [{ address: sender, parameters: {} }], parameters: {} };
  return { envelope, to: [sender.toString()], raw, session, transcript, receivedAt };
}

function statusOf(
  { to }: Unparsed,
  sender: Address,
  { code, enhancedCode = `${Math.trunc(code / 100)}.0.0`, lines }: Reply,
  original: Uint8Array | undefined,
): Buffer {
  const diagnostic = `${code} ${enhancedCode} ${lines.join(" ")}`.trim();
  const report = Report.deliveryStatus({
    text: `Your mail could not be delivered: ${diagnostic}`,
    reportingMta: "localhost",
    recipients: to.map((recipient) => ({
      recipient,
      action: code < 500 ? "delayed" : "failed",
      status: enhancedCode,
      diagnostic,
    })),
    original,
    returned: "headers",
  });
  return Message.builder()
    .from("MAILER-DAEMON@localhost")
    .to(sender)
    .envelope({ from: null, to: [sender] })
    .subject("Undelivered mail")
    .autoSubmitted("auto-replied")
    .body(report)
    .build()
    .formatted();
}

/** The message for the report; `undefined` if it cannot be parsed. */
function original({ raw }: Unparsed): Uint8Array | undefined {
  try {
    Report.deliveryStatus({
      text: "",
      reportingMta: "localhost",
      recipients: [{ recipient: "a@localhost", action: "failed", status: "5.0.0" }],
      original: raw,
      returned: "headers",
    });
    return raw;
  } catch {
    return undefined;
  }
}
