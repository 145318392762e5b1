/**
 * How many mails of a connection may go by a window, as far as the server has shown.
 *
 * What is under way in a window when the server closes without a word is unknown: its content has gone out. That
 * cannot be helped once. From then on the windows of all connections end at as many mails as that connection had. What
 * follows there goes without a window, and a close leaves it not sent. A connection that has many more shows that the
 * close had another reason; that is believed once.
 */
export class WindowReach {
  #most = Number.POSITIVE_INFINITY;
  /** From so many mails of a connection on there is no limit any more. */
  #refuted = Number.POSITIVE_INFINITY;
  #believed = false;

  /** Whether the next mail of a connection that has had so many may go by a window. */
  admits(mails: number): boolean {
    return mails < this.#most;
  }

  /** The server closed a connection amid a window, after it had answered so many mails. */
  closed(mails: number): void {
    if (mails >= this.#most) return;
    this.#most = mails;
    this.#refuted = this.#believed ? Number.POSITIVE_INFINITY : 2 * mails + 1;
  }

  /** The server has answered so many mails of a connection. */
  answered(mails: number): void {
    if (mails <= this.#most) return;
    this.#most = mails;
    if (mails < this.#refuted) return;
    this.#most = Number.POSITIVE_INFINITY;
    this.#believed = true;
  }
}
