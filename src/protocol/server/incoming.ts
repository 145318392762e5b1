import type { Reply } from "../reply.ts";
import type { ContentEvent } from "./event.ts";
import type { Input } from "./input.ts";

/** What comes to its end when octets that are no commands do. */
export type IncomingEnd =
  /**
   * The message, for better or worse. `fatal`: what follows cannot be read. `early`: the client has not said that it
   * was all.
   */
  | {
      readonly type: "ended";
      readonly problem: Reply | undefined;
      readonly fatal: boolean;
      readonly early?: boolean;
    }
  /** A part of it; more is to come. */
  | { readonly type: "part"; readonly reply: Reply }
  /** Octets that were not wanted. */
  | { readonly type: "refused"; readonly reply: Reply; readonly fatal: boolean };

/** Octets that are no commands, on their way in. */
export interface Incoming {
  /** Takes some off the input; `undefined` where more has to arrive first. */
  next(input: Input): ContentEvent | IncomingEnd | undefined;
}
