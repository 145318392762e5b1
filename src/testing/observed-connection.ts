import { DialogueMask } from "../protocol/masking/dialogue-mask.ts";
import { serverMask } from "../protocol/server/responder.ts";
import type {
  ConnectionObserver,
  InterceptedConnection,
  Interceptor,
  ProtocolHalf,
} from "../server/connection/observer.ts";
import type { Session } from "../server/connection/session.ts";
import { properly, type Storage } from "./faults/storage/storage.ts";
import {
  FaultInterceptor,
  type InterceptorObserver,
  type InterceptorSettings,
} from "./faults/wire/fault-interceptor.ts";
import type { Finding } from "./findings/finding.ts";
import { Inspector } from "./findings/inspector.ts";
import type { TranscriptWriter } from "./transcripts/transcript.ts";

/** Is notified by an {@link ObservedConnection}. */
export interface ObservedConnectionHost {
  readonly wire: InterceptorSettings;
  report(finding: Omit<Finding, "connection">): void;
  /** The message that ends now must be stored in this way. */
  keep(storage: Storage): void;
  /** The client was told this. */
  told(reply: string): void;
  /** All replies so far have been sent. */
  answered(): void;
  /** Whether the server cuts its connections. */
  isCut(): boolean;
}

/**
 * Observes one connection of a TestServer: writes its transcript, and inspects it. Both are about what was really sent.
 */
export class ObservedConnection implements ConnectionObserver {
  readonly #transcript: TranscriptWriter;
  readonly #inspector: Inspector;
  readonly #host: ObservedConnectionHost;
  #session: () => Session;
  #wire: FaultInterceptor | undefined;
  readonly #mask: DialogueMask = new DialogueMask(serverMask);
  /** Whether the last line must not be shown. */
  #masked = false;

  constructor(session: Session, transcript: TranscriptWriter, host: ObservedConnectionHost) {
    this.#session = () => session;
    this.#transcript = transcript;
    this.#host = host;
    this.#inspector = new Inspector((rule, text, command) =>
      host.report({ rule, text, command, session: this.#session() }),
    );
  }

  intercept(protocol: ProtocolHalf, line: InterceptedConnection): Interceptor {
    this.#session = () => line.session;
    this.#transcript.follow(this.#session);
    const transcript = this.#transcript;
    const inspector = this.#inspector;
    const observer: InterceptorObserver = {
      heard: (octets, clientLine, behind) => {
        this.#masked = clientLine.line === serverMask;
        inspector.line(octets, clientLine, behind);
      },
      withheld: (clientLine) => transcript.received(clientLine.line),
      heardContent: (octets, from, behind) => inspector.content(octets, from, behind),
      told: (reply) => {
        const shown = this.#mask.reply(reply);
        transcript.sent(shown);
        inspector.said(reply);
        this.#host.told(shown);
      },
      answered: () => this.#host.answered(),
      messageEnded: (storage) => {
        inspector.ended();
        this.#host.keep(storage);
      },
    };
    this.#wire = new FaultInterceptor(protocol, line, observer, this.#host.wire);
    return this.#wire;
  }

  received(line: string): void {
    // The interceptor has seen an AUTH that the protocol did not get.
    this.#transcript.received(this.#masked ? serverMask : line);
  }

  /** A reply of the protocol may be sent in another form, or not at all, so only the interceptor's report counts. */
  sent(): void {}

  content(octets: number): void {
    this.#transcript.content(octets);
  }

  flushed(): void {
    this.#transcript.flushed();
    this.#host.answered();
  }

  secured(session: Session): void {
    this.#transcript.secured(session);
    this.#inspector.secured();
  }

  notSecured(): void {
    this.#transcript.notSecured();
  }

  ended(): void {
    this.#transcript.ended();
    this.#host.answered();
    this.#wire?.close();
    this.#host.keep(properly);
    if (this.#wire?.deserted === true && !this.#host.isCut()) this.#inspector.left();
  }
}
