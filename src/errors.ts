/**
 * The base of every error that envoi throws.
 *
 * Errors are classed by what the caller does next: `kind` says what went wrong, `delivery` whether the mail
 * may be sent again, `transient` and `permanent` whether that would help. The table of what to do for each is
 * `docs/errors.md`.
 */

/** What went wrong. The list is complete: switch on it. */
export type ErrorKind =
  | "connection"
  | "timeout"
  | "tls"
  | "authentication"
  | "rejected"
  | "unsupported"
  | "too-large"
  | "content"
  | "queue-full"
  | "protocol"
  | "closed"
  | "aborted"
  | "configuration"
  | "address"
  | "message";

/**
 * What is known about the mail after a failure.
 *
 * - `"not-sent"`: no server has accepted or refused it; it may be sent again as a whole.
 * - `"refused"`: a server refused it.
 * - `"unknown"`: the content was sent and the reply was lost; sending it again may deliver it twice.
 */
export type Delivery = "not-sent" | "refused" | "unknown";

/** How an error is classed; the fields of {@link EnvoiError} that are not its message. */
export interface ErrorClass {
  /** What went wrong. */
  readonly kind: ErrorKind;
  /** What is known about the mail. */
  readonly delivery: Delivery;
  /** The same mail may pass later. */
  readonly transient: boolean;
  /** The same mail will not pass. If both are false, that is not known. */
  readonly permanent: boolean;
  /** The error underneath, if there is one. */
  readonly cause?: unknown;
}

const brand: unique symbol = Symbol.for("envoi.error");

/**
 * The base class of all errors of envoi.
 *
 * @example
 * ```ts
 * try {
 *   await transport.send(message);
 * } catch (error) {
 *   if (EnvoiError.is(error) && error.delivery === "not-sent" && error.transient) queue.push(message);
 *   else throw error;
 * }
 * ```
 */
export class EnvoiError extends Error implements ErrorClass {
  /** What went wrong: switch on it. */
  readonly kind: ErrorKind;
  /** What is known about the mail: check this first. */
  readonly delivery: Delivery;
  /** The same mail may pass later. */
  readonly transient: boolean;
  /** The same mail will not pass. If both are false, that is not known. */
  readonly permanent: boolean;

  static {
    named(EnvoiError, "EnvoiError");
  }

  /** For transports of your own: the error that they reject with says what is known about the mail. */
  constructor(message: string, { kind, delivery, transient, permanent, cause }: ErrorClass) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.delivery = delivery;
    this.transient = transient;
    this.permanent = permanent;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Whether `value` is an error of envoi, also one made by another copy of the library. */
  static is(value: unknown): value is EnvoiError {
    return typeof value === "object" && value !== null && brand in value;
  }

  /** The class and the message: no content of a mail, no secret, and no recipient. */
  toJSON(): object {
    const { name, message, kind, delivery, transient, permanent } = this;
    return { name, message, kind, delivery, transient, permanent };
  }
}

/** The class of an error in an argument of the caller: nothing was sent, and the same call will fail again. */
export const callersMistake = { delivery: "not-sent", transient: false, permanent: true } as const;

/** The error for a setting or argument that is not valid: of kind `"configuration"`. */
export function misconfigured(message: string, cause?: unknown): EnvoiError {
  return new EnvoiError(message, { kind: "configuration", ...callersMistake, cause });
}

/** What was thrown, in words. Code of callers may throw anything, also objects that cannot be read. */
export function reasonOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return "something that cannot be shown";
  }
}

/**
 * Handles the result of a callback that is not awaited: a promise that rejects would end the process.
 */
export function harmless(answer: unknown, failed: (thrown: unknown) => void = () => {}): void {
  if (typeof answer === "object" && answer !== null) Promise.resolve(answer).catch(failed);
}

/** Sets the `name` of an error class on its prototype, so that a minifier cannot change it. */
export function named(errorClass: { readonly prototype: Error }, name: string): void {
  Object.defineProperty(errorClass.prototype, "name", { value: name, writable: true, configurable: true });
}

/** An error like `error`, with its class, its stack and all its own fields, except for those in `changes`. */
export function copyOf<E extends Error>(error: E, changes: { readonly [name in keyof E]?: unknown }): E {
  const fields = Object.getOwnPropertyDescriptors(error);
  // In some versions of Node it is an accessor, which reads the stack of the error that it is called on.
  const all = { stack: error.stack, ...changes };
  for (const [name, value] of Object.entries(all)) {
    const { enumerable = false } = Reflect.get(fields, name) ?? {};
    Reflect.set(fields, name, { value, enumerable, writable: true, configurable: true });
  }
  // Not by Object.create: for the engine, only what an error constructor has made is an error.
  const copy = Object.defineProperties(new Error(), fields);
  return Object.setPrototypeOf(copy, Object.getPrototypeOf(error));
}
