import type { Envelope } from "../../../address/envelope.ts";
import { type EncodingConstraint, type Way, wayOf } from "../../../mime/part.ts";
import type { Requests } from "../../extension-options/requests.ts";
import type { Mail, MailContent } from "../../mail/mail.ts";
import type { FollowedSendOptions } from "../../send-options.ts";

/** A mail whose content is made once for each kind of server, so that it keeps its signatures if it is tried again. */
export class OutgoingMail implements Mail {
  readonly envelope: Envelope;
  readonly messageId: string | undefined;
  readonly international: boolean;
  readonly internationalHeader: (() => boolean) | undefined;
  readonly close: (() => void) | undefined;
  readonly requests: Requests | undefined;
  readonly partial: boolean | undefined;
  readonly once: boolean | undefined;
  readonly #make: Mail["content"];
  #way: Way | undefined;
  #made: MailContent | undefined;
  /** Content for other kinds of servers, which is rarely needed. */
  #others: Map<Way, MailContent> | undefined;

  /** @param make encodes and signs the content of `mail` */
  constructor(
    mail: Omit<Mail, "content" | "requests" | "partial" | "once">,
    requests: Requests | undefined,
    { partial, once }: Pick<FollowedSendOptions, "partial" | "once">,
    make: Mail["content"],
  ) {
    this.envelope = mail.envelope;
    this.messageId = mail.messageId;
    this.international = mail.international;
    this.internationalHeader = mail.internationalHeader;
    this.close = mail.close;
    this.requests = requests;
    this.partial = partial;
    this.once = once;
    this.#make = make;
  }

  content(constraint: EncodingConstraint): MailContent {
    const way = wayOf(constraint);
    if (this.#made === undefined) {
      this.#way = way;
      this.#made = this.#make(constraint);
      return this.#made;
    }
    return way === this.#way ? this.#made : this.#forAnother(way, constraint);
  }

  #forAnother(way: Way, constraint: EncodingConstraint): MailContent {
    this.#others ??= new Map();
    const content = this.#others.get(way) ?? this.#make(constraint);
    this.#others.set(way, content);
    return content;
  }
}
