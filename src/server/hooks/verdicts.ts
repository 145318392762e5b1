import { Reply } from "../../protocol/reply.ts";
import type { ReplyLike } from "./hooks.ts";

/** Whether what a hook returned must be awaited: it may be a promise of any library. */
export function isPromise<T>(returned: T | PromiseLike<T>): returned is PromiseLike<T> {
  const mayBe = (typeof returned === "object" && returned !== null) || typeof returned === "function";
  return mayBe && "then" in returned && typeof returned.then === "function";
}

/** A verdict that can only refuse. */
export function refusal(verdict: unknown): Reply | undefined {
  const reply = asReply(verdict);
  if (reply?.positive) throw new TypeError(`the hook returned ${reply}, which refuses nothing`);
  return reply;
}

/** What a hook returned: nothing, or a reply. Anything else is an error, and refuses. */
export function asReply(verdict: unknown): Reply | undefined {
  if (verdict === undefined) return undefined;
  const reply = asReplyIfAny(verdict);
  if (reply === undefined) throw new TypeError("the hook returned neither nothing nor a reply");
  if (reply.intermediate || (reply.positive && reply.code !== 250 && reply.code !== 251)) {
    throw new TypeError(`the hook returned ${reply}, which is no answer to this`);
  }
  return reply;
}

/** What a hook answered that must reply: a refusal, or one of these positive codes. */
export function asAnswer(verdict: unknown, positive: readonly number[]): Reply {
  const reply = asReplyIfAny(verdict);
  if (reply === undefined) throw new TypeError("the hook returned no reply");
  if (reply.code < 400 && !positive.includes(reply.code))
    throw new TypeError(`the hook returned ${reply}, which is no answer to this`);
  return reply;
}

/** The refusal that was thrown, if it is one. */
export function asRefusal(thrown: unknown): Reply | undefined {
  try {
    const reply = asReplyIfAny(thrown);
    return reply === undefined || reply.code < 400 ? undefined : reply;
  } catch {
    return undefined;
  }
}

function asReplyIfAny(value: unknown): Reply | undefined {
  if (value instanceof Reply) return value;
  return isReplyLike(value) ? new Reply(value) : undefined;
}

function isReplyLike(value: unknown): value is Exclude<ReplyLike, Reply> {
  return (
    typeof value === "object" &&
    value !== null &&
    "code" in value &&
    typeof value.code === "number" &&
    "lines" in value
  );
}

/** Whether a verdict lets a client in. */
export function isUser(value: unknown): value is { readonly user: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    "user" in value &&
    typeof value.user === "string" &&
    value.user !== ""
  );
}
