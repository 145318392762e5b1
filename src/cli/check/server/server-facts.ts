import type { Capabilities } from "../../../protocol/extensions.ts";
import type { Reply } from "../../../protocol/reply.ts";
import type { HostAddresses } from "../../dns/dns.ts";
import type { BrokenFacts } from "../connection/broken.ts";
import type { ConnectFacts } from "../connection/connect.ts";
import type { ProbedVersion } from "../connection/handshake.ts";
import type { SeenCertificate } from "../connection/seen-certificate.ts";
import type { ServerTarget } from "./server-target.ts";

/** A reply to EHLO, and what it offers. */
export interface HelloFacts {
  readonly reply: Reply;
  readonly ms: number;
  /** What is offered; nothing if the reply refuses. */
  readonly capabilities: Capabilities;
}

/** An encrypted connection. */
export interface TlsFacts {
  readonly protocol: string;
  readonly cipher: string;
  /** The key exchange, such as `"ECDH prime256v1"`, and its size in bits. */
  readonly exchange?: { readonly name: string; readonly bits: number } | undefined;
  /** The certificate of the server, then those of its issuers. */
  readonly chain: readonly SeenCertificate[];
  /** Why the chain does not verify, by OpenSSL's code; absent if it does. */
  readonly chainError?: string | undefined;
  /** Whether the certificate has the name that it must have. */
  readonly nameMatches: boolean;
}

/** What came of STARTTLS. */
export interface StartTlsFacts {
  readonly offered: boolean;
  /** The reply to the command. */
  readonly reply?: Reply | undefined;
  /** Whether unencrypted text came behind the reply. */
  readonly injected: boolean;
}

/** What came of a login. */
export interface LoginFacts {
  readonly mechanism?: string | undefined;
  readonly reply?: Reply | undefined;
  /** Why it was not tried, or could not be ended. */
  readonly problem?: "not-offered" | "no-mechanism" | "not-verified" | "not-proved" | undefined;
}

/** What came of MAIL, RCPT and RSET, one by one, and of the same as one group. Content is never sent. */
export interface TransactionFacts {
  readonly from: string;
  readonly to: string;
  readonly mail: Reply;
  /** Absent if MAIL was refused. */
  readonly rcpt?: Reply | undefined;
  readonly reset?: Reply | undefined;
  /** The replies to the group, as many as came; absent if PIPELINING is not offered. */
  readonly group?: readonly Reply[] | undefined;
}

/** Everything that was learnt about one server. What is absent was not reached. */
export interface ServerFacts {
  readonly target: ServerTarget;
  readonly lookup: HostAddresses;
  /** The name to which the host is an alias, if that name does not exist. */
  readonly danglingAlias?: string | undefined;
  readonly addresses: readonly ConnectFacts[];
  /** The other usual ports of the first address. */
  readonly otherPorts: readonly (ConnectFacts & { readonly port: number })[];
  /** The address that the rest is about. */
  readonly address?: string | undefined;
  readonly loopback: boolean;
  readonly greeting?: Reply | undefined;
  readonly greetingMs?: number | undefined;
  /** A port for plaintext answers to a TLS handshake. */
  readonly speaksTls?: boolean | undefined;
  /** What a port for TLS says in plaintext, as Latin-1. */
  readonly speaksPlain?: string | undefined;
  /** Before encryption. */
  readonly clearHello?: HelloFacts | undefined;
  /** The last one. */
  readonly hello?: HelloFacts | undefined;
  /** The reply to HELO, if EHLO was refused. */
  readonly helo?: Reply | undefined;
  /** The reply to MAIL before STARTTLS, of a server that offers it, if the URL asks for plaintext. */
  readonly clearMail?: Reply | undefined;
  readonly startTls?: StartTlsFacts | undefined;
  readonly tls?: TlsFacts | undefined;
  /** The cipher of each version of TLS; `false` if the server does not speak it, `undefined` if that is not known. */
  readonly versions?: ReadonlyMap<ProbedVersion, string | false | undefined> | undefined;
  /** Whether the server carries out, after TLS, a command that came in plaintext behind STARTTLS. */
  readonly takesInjected?: boolean | undefined;
  readonly login?: LoginFacts | undefined;
  readonly transaction?: TransactionFacts | undefined;
  /** The shortest time between a command and its reply, in milliseconds. */
  readonly roundTrip?: number | undefined;
  /** Why the conversation ended before its end. */
  readonly broken?: BrokenFacts | undefined;
}

/** Facts while they are gathered. */
export type Draft = { -readonly [Name in keyof ServerFacts]: ServerFacts[Name] };
