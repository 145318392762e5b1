import {
  EnvoiError,
  type ErrorKind,
  SmtpTransport,
  type SmtpTransportBuilder,
  Tls,
  TlsParameters,
} from "envoi";
import { TestServer } from "envoi/testing";
import { printError } from "./account.ts";
import { order } from "./order.ts";
import { receipt } from "./receipt.ts";
import type { Servers } from "./servers.ts";
import { heading, verdict } from "./terminal.ts";

interface Refusal {
  readonly title: string;
  readonly builder: SmtpTransportBuilder;
  readonly to?: string;
  /** What is to come of it. */
  readonly kind: ErrorKind;
}

/** Tries what must fail; whether each failed as it should. */
export async function refusals({ plain, starttls, untrusted, ca }: Servers): Promise<boolean> {
  const trust = TlsParameters.builder().addRootCertificate(ca.cert).build();
  const to = ({ host, port }: { host: string; port: number }) => SmtpTransport.builder(host).port(port);
  const attempts: readonly Refusal[] = [
    {
      title: "Tls.Required, and the server does not offer STARTTLS",
      builder: to(plain).tls(Tls.Required(trust)),
      kind: "tls",
    },
    {
      title: "Tls.Wrapper, and the certificate is of an authority that nobody knows",
      builder: to(untrusted).tls(Tls.Wrapper(trust)),
      kind: "tls",
    },
    {
      title: "A recipient that the server refuses",
      builder: to(starttls).tls(Tls.Required(trust)),
      to: "nobody@customer.example",
      kind: "rejected",
    },
    {
      title: "Nothing listens",
      builder: to(await nowhere()).tls(Tls.None),
      kind: "connection",
    },
  ];
  let good = true;
  for (const attempt of attempts) good = (await fails(attempt)) && good;
  return good;
}

async function fails({ title, builder, to = "zoe@customer.example", kind }: Refusal): Promise<boolean> {
  heading(title);
  await using transport = builder.build();
  try {
    await transport.send(receipt(order, { from: "till@cafe-creme.example", to }));
  } catch (error) {
    printError(error);
    const expected = EnvoiError.is(error) && error.kind === kind;
    verdict(expected, expected ? "refused, as it should be" : `refused, but not as ${kind}`);
    return expected;
  }
  verdict(false, "the mail was sent, which should not have been possible");
  return false;
}

/** An address where nothing listens: something did, just now. */
async function nowhere(): Promise<{ host: string; port: number }> {
  const server = await TestServer.start();
  const { host, port } = server;
  await server.close();
  return { host, port };
}
