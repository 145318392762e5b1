/** What a client may do because of the place that it comes from. */
export interface ClientStanding {
  /** No proxy stands between the client and the server: it may do what is granted to clients nearby. */
  readonly near: boolean;
  /** The connection has begun with a PROXY header. */
  readonly proxied: boolean;
  /** The attributes that it may name by XCLIENT. `undefined` if no client of this listener may use XCLIENT. */
  readonly xclient: readonly string[] | undefined;
  /** The attributes that it may name by XFORWARD. `undefined` if no client of this listener may use XFORWARD. */
  readonly xforward: readonly string[] | undefined;
}

/** The standing of a client that is connected directly, to a listener without XCLIENT and XFORWARD. */
export const directStanding: ClientStanding = {
  near: true,
  proxied: false,
  xclient: undefined,
  xforward: undefined,
};
