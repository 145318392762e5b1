import assert from "node:assert/strict";
import { test } from "node:test";
import { EnvoiError } from "#src/errors.js";
import type { DeliveryStatusFields } from "#src/message/delivery-status.js";
import type { FeedbackReportFields } from "#src/message/feedback-report.js";
import { Message } from "#src/message/message.js";
import { Report } from "#src/message/report.js";
import type { MultiPart } from "#src/mime/multi-part.js";

const original = Buffer.from("From: a@example.com\r\nSubject: x\r\n\r\nBody\r\n");
const status: DeliveryStatusFields = {
  text: "Your mail was not delivered.",
  reportingMta: "mx.example.com",
  envelopeId: "QQ314159",
  arrivalDate: new Date(0),
  recipients: [
    {
      recipient: "zoe@example.org",
      action: "failed",
      status: "5.1.1",
      remoteMta: "mx.example.org",
      diagnostic: "550 5.1.1 No such user",
    },
    { recipient: "jürgen@example.org", action: "delayed", status: "4.4.1", willRetryUntil: new Date(0) },
  ],
  original,
  boundary: "b",
};
const complaint: FeedbackReportFields = {
  text: "This is spam.",
  type: "abuse",
  userAgent: "Example-Feedback/1.0",
  original,
  boundary: "b",
};

function sent(body: MultiPart): string {
  const message = Message.builder()
    .from("MAILER-DAEMON@example.com")
    .to("shop@example.com")
    .envelope({ from: null, to: ["shop@example.com"] })
    .body(body)
    .build();
  const raw = message.formatted().toString("latin1");
  return raw.slice(raw.indexOf("Content-Type:"));
}

test("writes a delivery status by RFC 3464", () => {
  assert.equal(
    sent(Report.deliveryStatus(status)),
    [
      "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
      "",
      "--b",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: 7bit",
      "",
      "Your mail was not delivered.",
      "--b",
      "Content-Type: message/delivery-status",
      "Content-Transfer-Encoding: 7bit",
      "",
      "Original-Envelope-Id: QQ314159",
      "Reporting-MTA: dns; mx.example.com",
      "Arrival-Date: Thu, 01 Jan 1970 00:00:00 +0000",
      "",
      "Final-Recipient: rfc822; zoe@example.org",
      "Action: failed",
      "Status: 5.1.1",
      "Remote-MTA: dns; mx.example.org",
      "Diagnostic-Code: smtp; 550 5.1.1 No such user",
      "",
      "Final-Recipient: utf-8; j\\x{FC}rgen@example.org",
      "Action: delayed",
      "Status: 4.4.1",
      "Will-Retry-Until: Thu, 01 Jan 1970 00:00:00 +0000",
      "",
      "--b",
      "Content-Type: message/rfc822",
      "Content-Transfer-Encoding: 7bit",
      "",
      original.toString(),
      "--b--",
      "",
    ].join("\r\n"),
  );
});

test("returns only the header in a report, of a message or of octets", () => {
  const raw = sent(Report.deliveryStatus({ ...status, returned: "headers" }));
  assert.match(
    raw,
    /text\/rfc822-headers; charset=utf-8\r\n.*\r\n\r\nFrom: a@example\.com\r\nSubject: x\r\n--b--/,
  );
  const message = Message.create({
    from: "a@example.com",
    to: "b@example.com",
    text: "secret",
    subject: "Hi",
  });
  const other = sent(Report.deliveryStatus({ ...status, original: message, returned: "headers" }));
  assert.match(other, /Subject: Hi/);
  assert.doesNotMatch(other, /secret/);
  const beyond = { ...status, original: Buffer.from("Subject: ü\r\n\r\nx"), returned: "headers" } as const;
  assert.match(sent(Report.deliveryStatus(beyond)), /message\/global-headers/);
});

test("writes a complaint by RFC 5965", () => {
  const report = Report.feedback({
    ...complaint,
    originalMailFrom: null,
    originalRecipients: ["a@example.com", "b@example.com"],
    arrivalDate: new Date(0),
    reportingMta: "mx.example.com",
    sourceIp: "192.0.2.1",
    incidents: 2,
    authenticationResults: ["mx.example.com; spf=fail"],
    reportedDomains: ["example.net"],
    reportedUris: ["https://example.net/x"],
  });
  const fields = [
    "Feedback-Type: abuse",
    "User-Agent: Example-Feedback/1.0",
    "Version: 1",
    "Original-Mail-From: <>",
    "Original-Rcpt-To: <a@example.com>",
    "Original-Rcpt-To: <b@example.com>",
    "Arrival-Date: Thu, 01 Jan 1970 00:00:00 +0000",
    "Reporting-MTA: dns; mx.example.com",
    "Source-IP: 192.0.2.1",
    "Incidents: 2",
    "Authentication-Results: mx.example.com; spf=fail",
    "Reported-Domain: example.net",
    "Reported-URI: https://example.net/x",
  ];
  assert.ok(
    sent(report).includes(
      `message/feedback-report\r\nContent-Transfer-Encoding: 7bit\r\n\r\n${fields.join("\r\n")}\r\n\r\n--b`,
    ),
  );
});

test("refuses values that a report cannot state, by their names", () => {
  const recipient = status.recipients[0] as DeliveryStatusFields["recipients"][0];
  const statuses: [string, object][] = [
    ["recipients", { recipients: [] }],
    ["reportingMta", { reportingMta: "a b" }],
    ["reportingMta", { reportingMta: undefined }],
    ["recipients[0].status", { recipients: [{ ...recipient, status: "550" }] }],
    ["recipients[0].action", { recipients: [{ ...recipient, action: "lost" }] }],
    ["Diagnostic-Code", { recipients: [{ ...recipient, diagnostic: "550 a\r\nX: y" }] }],
    ["recipients[0].recipient", { recipients: [{ ...recipient, recipient: "nobody" }] }],
    ["recipients[0].remoteMta", { recipients: [{ ...recipient, remoteMta: "a\r\nX: y" }] }],
    ["returned", { returned: "none" }],
    ["message", { original: "Subject: x" }],
    ["orginal", { orginal: original }],
  ];
  for (const [field, change] of statuses) {
    assert.throws(
      () => Report.deliveryStatus({ ...status, ...change } as never),
      (error) => EnvoiError.is(error) && (error as { field?: string }).field === field,
      field,
    );
  }
  const complaints: [string, object][] = [
    ["type", { type: "rude" }],
    ["userAgent", { userAgent: "" }],
    ["User-Agent", { userAgent: "a\r\nX: y" }],
    ["original", { original: undefined }],
    ["incidents", { incidents: -1 }],
    ["reportedUris", { reportedUris: ["a b"] }],
    ["sourceIp", { sourceIp: "1.2.3.4\r\n" }],
  ];
  for (const [field, change] of complaints) {
    assert.throws(
      () => Report.feedback({ ...complaint, ...change } as never),
      (error) => EnvoiError.is(error) && (error as { field?: string }).field === field,
      field,
    );
  }
});
