import { foreign, quoted } from "../../foreign-text.ts";
import { type ConnectFacts, type ConnectOutcome, RESERVED } from "../connection/connect.ts";
import { type Finding, finding } from "../finding.ts";
import type { ServerFacts } from "./server-facts.ts";

/** What is wrong on the way to a server, until it has greeted. */
export function judgeConnection(facts: ServerFacts): Finding[] {
  const { target, lookup, addresses } = facts;
  if (lookup.outcome !== "found") return [judgeLookUp(facts)];
  const failed = addresses.filter(({ outcome }) => outcome !== "connected");
  if (failed.length === addresses.length) return [notConnected(facts, failed)];
  // A host may have addresses of a kind that this machine has not, and localhost is not listened to everywhere.
  const lost = facts.loopback ? [] : failed.filter(({ outcome }) => outcome !== "unreachable");
  const findings = lost.map(({ address, outcome }) =>
    finding(
      "address-unreachable",
      placeOf(address, target.port),
      `${target.host} has the address ${address}, but ${inWords(outcome, placeOf(address, target.port))}. Some clients try this address first, and wait.`,
      `Let the server listen on ${address}, or remove this address from DNS.`,
    ),
  );
  return [...findings, ...judgeGreeting(facts)];
}

/** An address or a host with a port. */
export function placeOf(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function judgeLookUp({ target: { host }, lookup, danglingAlias }: ServerFacts): Finding {
  if (lookup.outcome === "temporary" || lookup.outcome === "unsupported")
    return finding(
      "host-unresolved",
      host,
      `The address of ${host} cannot be looked up now: ${foreign(lookup.reason)}.`,
      "Try again. If it stays so, look at the DNS servers of this machine and at those of the domain.",
    );
  if (danglingAlias !== undefined)
    return finding(
      "host-alias-dangling",
      host,
      `${host} is an alias (CNAME) of ${foreign(danglingAlias)}, which has no address.`,
      `Publish an address for ${foreign(danglingAlias)}, or let ${host} point to a host that exists.`,
    );
  const what = lookup.outcome === "no-name" ? "does not exist in DNS" : "has no address (A or AAAA record)";
  return finding(
    "host-unknown",
    host,
    `The host ${host} ${what}.`,
    "Look for a typing error in the name, or publish an A or AAAA record for it.",
  );
}

function notConnected(facts: ServerFacts, failed: readonly ConnectFacts[]): Finding {
  const { host, port } = facts.target;
  // What came nearest to success says most.
  const outcomes: readonly ConnectOutcome[] = ["refused", "reset", "timeout", "unreachable", "failed"];
  const told = outcomes.find((outcome) => failed.some((each) => each.outcome === outcome)) ?? "failed";
  const places = failed
    .filter(({ outcome }) => outcome === told)
    .map(({ address }) => placeOf(address, port))
    .join(", ");
  const of = facts.target.host === failed[0]?.address ? "" : ` (${host})`;
  const what = `${capital(inWords(told, `${places}${of}`))}${codeIn(failed, told)}.`;
  const answering = facts.otherPorts
    .filter(({ outcome }) => outcome === "connected")
    .map((each) => each.port);
  const others =
    answering.length === 0 ? "" : ` Port ${answering.join(" and port ")} of this host answers: try that.`;
  const remedy =
    told === "unreachable" && failed.every(({ address }) => address.includes(":"))
      ? "The host has only IPv6 addresses, and this machine or its network has no way to these. Switch IPv6 on here, or publish an IPv4 address (A record) for the host."
      : remedyFor(told, port, facts);
  return finding(codes[told], placeOf(host, port), what, `${remedy}${others}`);
}

const codes = {
  connected: "connection-refused",
  refused: "connection-refused",
  reset: "connection-reset",
  timeout: "connection-timeout",
  unreachable: "connection-unreachable",
  failed: "connection-unreachable",
} as const;

function inWords(outcome: ConnectOutcome, place: string): string {
  switch (outcome) {
    case "refused":
      return `nothing listens on ${place}: the connection is refused`;
    case "reset":
      return `the connection to ${place} is reset while it is made`;
    case "timeout":
      return `${place} does not answer: the connection timed out`;
    default:
      return `there is no way from here to ${place}`;
  }
}

function codeIn(failed: readonly ConnectFacts[], told: ConnectOutcome): string {
  const code = failed.find(({ outcome }) => outcome === told)?.code;
  if (code === RESERVED) return ": the address is reserved for examples";
  return code === undefined ? "" : ` (${code})`;
}

function remedyFor(outcome: ConnectOutcome, port: number, { otherPorts }: ServerFacts): string {
  if (outcome === "refused")
    return "Start the server, or correct the port: 465 and 587 are for submission, 25 for mail between servers, and a mail catcher usually listens on 1025.";
  const blocks = otherPorts.some((each) => each.outcome === "connected" || each.outcome === "refused");
  if (port === 25)
    return `Most providers and hosting companies block outgoing port 25${blocks ? ", and the host itself can be reached" : ""}: submit mail by port 587 or 465 of your relay, or ask the provider to open port 25.`;
  if (outcome === "timeout")
    return "A firewall on the way drops the packets, or the host is down. Open the port in the firewalls of both ends (and in the security group of a cloud machine).";
  return "Look at the routes and firewalls of this machine, and whether it has IPv6 if the address is an IPv6 address.";
}

function judgeGreeting(facts: ServerFacts): Finding[] {
  const { target, broken, greeting } = facts;
  const place = placeOf(target.host, target.port);
  if (facts.speaksTls)
    return [
      finding(
        "port-speaks-tls",
        place,
        `${place} speaks TLS from the first byte, and the URL asks for plaintext${target.tls === "required" ? " and STARTTLS" : ""}. Both ends wait for the other.`,
        `Use smtps://${place} (Tls.Wrapper).`,
      ),
    ];
  if (facts.speaksPlain) return [judgePlain(facts, facts.speaksPlain, place)];
  if (broken?.step === "greeting") return [judgeSilence(facts, place)];
  if (greeting === undefined || greeting.code === 220) return [];
  const { transient } = greeting;
  return [
    finding(
      "greeting-refused",
      place,
      `The server does not take mail from here: it greets with ${quoted(String(greeting))}.`,
      transient
        ? "Try again later. If it stays so, the server is overloaded, or limits how many connections this address may make."
        : "Ask its operator. The text often names a block list that this address is on, or says that the host takes no mail.",
    ),
  ];
}

function judgePlain({ target }: ServerFacts, octets: string, place: string): Finding {
  if (/^220[ -]/.test(octets))
    return finding(
      "port-without-tls",
      place,
      `${place} does not speak TLS from the first byte, as smtps: expects, but plain SMTP: ${quoted(octets)}.`,
      `Use smtp://${place}?tls=required (STARTTLS), or the port for TLS, usually 465.`,
    );
  return notSmtp(octets, placeOf(target.host, target.port));
}

function judgeSilence({ broken, target }: ServerFacts, place: string): Finding {
  const octets = broken?.octets ?? "";
  if (broken?.problem === "not-smtp" || (octets !== "" && !/^\d\d\d[ -]/.test(octets)))
    return notSmtp(octets, place);
  if (/CERTIFICATE/.test(broken?.code ?? "")) return clientCertificate(place);
  if (broken?.problem === "timeout" && octets !== "")
    return finding(
      "server-silent",
      place,
      `${place} begins a greeting and does not end it in time: ${quoted(octets)}. A blank behind the code marks the last line, a hyphen says that more lines follow.`,
      "Correct the greeting of the server. If it lets clients wait on purpose, wait longer: --timeout 60s.",
    );
  if (broken?.problem === "timeout")
    return finding(
      "server-silent",
      place,
      `${place} accepts the connection and then says nothing: no greeting came in time.`,
      `Look whether the server is overloaded, waits for a slow DNS answer about this client, or lets clients wait on purpose; --timeout 60s waits longer. Also a proxy or firewall in front of a dead server behaves so${target.tls === "wrapper" ? "" : ", and one that expects a PROXY header"}.`,
    );
  return finding(
    "greeting-closed",
    place,
    `${place} accepts the connection and ends it without a greeting (${broken?.problem}).`,
    "Look into the log of the server. It may limit connections, refuse this address, or stand behind a proxy that expects a PROXY header.",
  );
}

/** The finding that a server wants a certificate of the client. */
export function clientCertificate(place: string): Finding {
  return finding(
    "tls-client-certificate",
    place,
    "The server requires a client certificate, and ends the TLS handshake without one.",
    "Give the transport one by TlsParameters.identity, or let the server ask for none.",
  );
}

/** The finding that something else than a mail server answers. */
export function notSmtp(octets: string, place: string): Finding {
  const protocol = protocols.find(([pattern]) => pattern.test(octets))?.[1];
  const guess = protocol === undefined ? "" : `: this looks like ${protocol}`;
  return finding(
    "not-smtp",
    place,
    `${place} does not speak SMTP${guess}. It says ${quoted(octets)}.`,
    "Correct the host or the port: 465 and 587 are for submission, 25 for mail between servers.",
  );
}

const protocols: readonly (readonly [RegExp, string])[] = [
  [/^HTTP\/|^<(?:!doctype|html)/i, "HTTP, a web server"],
  [/^\+OK/, "POP3"],
  [/^\* (?:OK|BYE|PREAUTH)/, "IMAP"],
  [/^SSH-/, "SSH"],
  [/^220[ -].*ftp/i, "FTP"],
  [/^(?:"IMPLEMENTATION"|NO|OK) /, "ManageSieve"],
  [/^[\x15\x16]\x03/, "TLS"],
  [/^-ERR/, "POP3 or Redis"],
];

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
