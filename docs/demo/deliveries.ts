import { Credentials, SmtpTransport, type SmtpTransportBuilder, Tls, TlsParameters } from "envoi";
import type { CapturedMessage, TestServer } from "envoi/testing";
import { printError, printReceived, printReport, printRoundTrips } from "./account.ts";
import { order } from "./order.ts";
import { receipt } from "./receipt.ts";
import { receiptPdf } from "./receipt-pdf.ts";
import type { Servers } from "./servers.ts";
import { heading, verdict } from "./terminal.ts";

interface Delivery {
  readonly mode: string;
  readonly server: TestServer;
  readonly builder: SmtpTransportBuilder;
  readonly encrypted: boolean;
}

/** Sends the receipt with each of the four modes; whether each arrived as it should. */
export async function deliveries({
  plain,
  starttls,
  implicit,
  ca,
  user,
  password,
}: Servers): Promise<boolean> {
  const trust = TlsParameters.builder().addRootCertificate(ca.cert).build();
  const login = Credentials.password(user, password);
  const to = ({ host, port }: TestServer, tls: Tls) => SmtpTransport.builder(host).port(port).tls(tls);
  const modes: readonly Delivery[] = [
    { mode: "Tls.None", server: plain, builder: to(plain, Tls.None), encrypted: false },
    {
      mode: "Tls.Opportunistic",
      server: starttls,
      builder: to(starttls, Tls.Opportunistic(trust)).credentials(login),
      encrypted: true,
    },
    {
      mode: "Tls.Required",
      server: starttls,
      builder: to(starttls, Tls.Required(trust)).credentials(login),
      encrypted: true,
    },
    {
      mode: "Tls.Wrapper",
      server: implicit,
      builder: to(implicit, Tls.Wrapper(trust)).credentials(login),
      encrypted: true,
    },
  ];
  let good = true;
  for (const delivery of modes) good = (await succeeds(delivery, user)) && good;
  return good;
}

async function succeeds(delivery: Delivery, user: string): Promise<boolean> {
  try {
    return await deliver(delivery, user);
  } catch (error) {
    printError(error);
    verdict(false, "the mail was not taken, which should have been possible");
    return false;
  }
}

async function deliver({ mode, server, builder, encrypted }: Delivery, user: string): Promise<boolean> {
  heading(`${mode} to ${server.host}:${server.port}`);
  await using transport = builder.build();
  const message = receipt(order, {
    from: "Café Crème <till@cafe-creme.example>",
    to: `${order.customer} <zoe@customer.example>`,
    bcc: "bookkeeping@cafe-creme.example",
  });
  const start = performance.now();
  const report = await transport.send(message);
  printReport(report, performance.now() - start);

  const received = await server.waitForMessage();
  const transcript = server.transcripts.find(({ session }) => session.id === received.session.id);
  if (transcript !== undefined) printRoundTrips(transcript);
  printReceived(received);
  const faults = [...wrongWith(received), ...wrongWay(received, encrypted ? user : undefined)];
  for (const fault of faults) verdict(false, fault);
  if (faults.length === 0) verdict(true, "arrived as it should: names, subject, text, HTML, logo and PDF");
  return faults.length === 0;
}

/** What is not as it was sent. */
function wrongWith({ parsed, to, raw }: CapturedMessage): string[] {
  const pdf = parsed.attachments.find(({ type }) => type === "application/pdf");
  const logo = parsed.attachments.find(({ contentId }) => contentId === "logo@cafe-creme.example");
  const checks: readonly [boolean, string][] = [
    [parsed.subject?.includes(order.customer) === true, "the subject is another"],
    [parsed.to[0]?.name === order.customer, "the recipient's name is another"],
    [parsed.text?.includes("Crème brûlée") === true, "the text is another"],
    [parsed.html?.includes("Crème brûlée") === true, "the HTML is another"],
    [logo?.type === "image/png", "the logo is missing"],
    [pdf?.content.equals(receiptPdf(order)) === true, "the PDF is another"],
    [to.length === 2 && !raw.includes("bookkeeping"), "the blind copy can be seen, or was not sent"],
  ];
  return checks.filter(([holds]) => !holds).map(([, fault]) => fault);
}

/** What is wrong with the way the mail took; `user` is who should have logged in over TLS. */
function wrongWay({ session }: CapturedMessage, user: string | undefined): string[] {
  const faults: string[] = [];
  if ((session.tls !== undefined) !== (user !== undefined))
    faults.push("the connection was not as it should be");
  if (session.authenticated?.user !== user) faults.push("the login was not as it should be");
  return faults;
}
