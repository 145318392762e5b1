/** What the snippets of the documentation speak of without declaring it: things that a reader has. */
import strictAssert from "node:assert/strict";
import type { Envelope, Message, MessageFields, Transport } from "envoi";
import type { Outbox } from "envoi/outbox";
import type { ReceivedEnvelope } from "envoi/server";
import type { MailMatchers, TestServer } from "envoi/testing";
import type { ArcSealer, DmarcReport, DmarcVerdict, Origin, Resolver } from "envoi/verify";

export declare const transport: Transport;
export declare const message: Message;
export declare const server: TestServer;
export declare const outbox: Outbox;
export declare const receipt: Message;
/** The fields that many messages have in common. */
export declare const shared: MessageFields;
export declare const readers: readonly string[];
export declare const queue: Message[];
export declare const resolver: Resolver;
export declare const origin: Origin;
export declare const sealer: ArcSealer;
/** A message as it came, and as a mailing list sends it on. */
export declare const received: Uint8Array;
export declare const changed: Uint8Array;
export declare const content: AsyncIterable<Uint8Array>;
export declare const envelope: Envelope;
export declare const verdict: DmarcVerdict;
export declare const report: DmarcReport;
export declare const attachment: { readonly content: Uint8Array };
export declare const pdf: Uint8Array;
export declare const png: Uint8Array;
export declare const pem: string;
export declare const form: { readonly email: string; complain(why: string, position?: number): void };
/** What vitest and jest provide. */
export declare const expect: {
  (value: unknown): MailMatchers & { readonly not: MailMatchers };
  extend(matchers: object): void;
};
export declare function signUp(address: string): Promise<void>;
export declare function store(envelope: ReceivedEnvelope, piece: Uint8Array): Promise<void>;
export const assert: typeof strictAssert = strictAssert;
