import type { Reply } from "../reply.ts";
import type { ContentEvent } from "./event.ts";
import type { Input } from "./input.ts";

/** What has ended when octets that are not commands end. */
export type IncomingEnd =
  /** The message, accepted or not. `fatal`: what follows cannot be read. `early`: the client has not sent its end. */
  | {
      readonly type: "ended";
      readonly problem: Reply | undefined;
      readonly fatal: boolean;
      readonly early?: boolean;
    }
  /** A part of the message; more follows. */
  | { readonly type: "part"; readonly reply: Reply }
  /** Refused octets. */
  | { readonly type: "refused"; readonly reply: Reply; readonly fatal: boolean };

/** Reads octets that are not commands. */
export interface Incoming {
  /** Takes octets from the input; `undefined` if more must arrive first. */
  next(input: Input): ContentEvent | IncomingEnd | undefined;
}
