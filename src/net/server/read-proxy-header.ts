import type { ProxyHeader, ProxyHeaderProblem } from "../../protocol/proxy-header/proxy-header.ts";
import { type ProxyHeaderRead, ProxyHeaderReader } from "../../protocol/proxy-header/proxy-header-reader.ts";
import type { Received, ServerSocket } from "./server-socket.ts";

/** A PROXY header, or the reason why there is not one. */
export type ProxyHeaderOutcome =
  | { readonly header: ProxyHeader; readonly problem?: undefined }
  | { readonly problem: ProxyHeaderProblem | "proxy-timeout" | "proxy-ended"; readonly header?: undefined };

/**
 * Reads the PROXY header that a connection begins with. What arrives after it is read next. Nothing is written.
 *
 * @param until the moment, of the clock of the socket, at which the header must be whole
 * @param done gets the outcome, maybe before this returns
 */
export function readProxyHeader(
  socket: ServerSocket,
  until: number,
  done: (outcome: ProxyHeaderOutcome) => void,
): void {
  const reader = new ProxyHeaderReader();
  const take = (arrived: Received): ProxyHeaderOutcome | undefined => {
    if (!Buffer.isBuffer(arrived))
      return { problem: arrived === "timeout" ? "proxy-timeout" : "proxy-ended" };
    const read: ProxyHeaderRead | undefined = reader.push(arrived);
    if (read?.header !== undefined) socket.unread(read.rest);
    return read;
  };
  const proceed = (arrived?: Received): void => {
    for (let next = arrived; ; next = undefined) {
      next ??= socket.read(until, proceed);
      if (next === undefined) return;
      const outcome = take(next);
      if (outcome !== undefined) return void done(outcome);
    }
  };
  proceed();
}
