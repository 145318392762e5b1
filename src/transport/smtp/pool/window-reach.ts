/**
 * Estimates how many mails of a connection may be sent in windows.
 *
 * When a server closes the connection in the middle of a window without a reply, the mails in it are unknown, because
 * their content was sent. That cannot be avoided the first time. From then on the windows of all connections end at the
 * number of mails that this connection had. Later mails are sent without a window, so a close leaves them not sent. If
 * a connection has many more mails, the close had another reason; this correction is made once.
 */
export class WindowReach {
  #most = Number.POSITIVE_INFINITY;
  /** From this number of mails on a connection there is no limit any more. */
  #refuted = Number.POSITIVE_INFINITY;
  #believed = false;

  /** Whether the next mail of a connection that has had `mails` mails may be sent in a window. */
  admits(mails: number): boolean {
    return mails < this.#most;
  }

  /** Records that the server closed a connection in the middle of a window, after it had answered `mails` mails. */
  closed(mails: number): void {
    if (mails >= this.#most) return;
    this.#most = mails;
    this.#refuted = this.#believed ? Number.POSITIVE_INFINITY : 2 * mails + 1;
  }

  /** Records that the server has answered `mails` mails of a connection. */
  answered(mails: number): void {
    if (mails <= this.#most) return;
    this.#most = mails;
    if (mails < this.#refuted) return;
    this.#most = Number.POSITIVE_INFINITY;
    this.#believed = true;
  }
}
