import type { Summary } from "../api/mailpit.ts";

/**
 * The rows of a list, newest first, of which only a part may be known: `undefined` is a mail that is not loaded yet.
 * A value: each change returns new rows.
 */
export class Rows {
  /** A row for each mail. */
  readonly all: readonly (Summary | undefined)[];

  private constructor(all: readonly (Summary | undefined)[]) {
    this.all = all;
  }

  /** No rows. */
  static readonly none: Rows = new Rows([]);

  /** How many there are, known or not. */
  get length(): number {
    return this.all.length;
  }

  /** The place of a mail; -1 if it is not known. */
  indexOf(id: string): number {
    return this.all.findIndex((row) => row?.ID === id);
  }

  /** Puts new mails on top, the newest last in `mails`. Mails that are known already are left where they are. */
  arrived(mails: readonly Summary[]): Rows {
    const known = new Set<string>();
    // A mail that came between a request and its answer is near the top.
    const reach = Math.min(this.all.length, mails.length + recent);
    for (let i = 0; i < reach; i++) known.add(this.all[i]?.ID ?? "");
    const fresh = mails.filter(({ ID }) => !known.has(ID)).reverse();
    return fresh.length === 0 ? this : new Rows([...fresh, ...this.all]);
  }

  /** Changes fields of mails, by their ids. */
  updated(changes: ReadonlyMap<string, Partial<Summary>>): Rows {
    if (changes.size === 0) return this;
    return this.mapped((row) => {
      const change = changes.get(row.ID);
      return change === undefined ? row : { ...row, ...change };
    });
  }

  /** Changes all mails that are known. */
  mapped(change: (row: Summary) => Summary): Rows {
    return new Rows(this.all.map((row) => (row === undefined ? undefined : change(row))));
  }

  /** Takes mails out. */
  without(ids: ReadonlySet<string>): Rows {
    const all = this.all.filter((row) => row === undefined || !ids.has(row.ID));
    return all.length === this.all.length ? this : new Rows(all);
  }

  /** Makes the list as long as the catcher says it is: the oldest mails are the ones that go. */
  resized(length: number): Rows {
    if (length === this.all.length) return this;
    if (length < this.all.length) return new Rows(this.all.slice(0, length));
    return new Rows([...this.all, ...new Array<undefined>(length - this.all.length).fill(undefined)]);
  }

  /**
   * Puts a page of the list in its place. If mails came or went since it was asked for, a mail of it may be in another
   * place already: that place is unknown again.
   */
  filled(start: number, page: readonly Summary[]): Rows {
    const all = [...this.all];
    const ids = new Set(page.map(({ ID }) => ID));
    for (let i = 0; i < all.length; i++) {
      const row = all[i];
      if (row !== undefined && ids.has(row.ID)) all[i] = undefined;
    }
    for (const [i, row] of page.entries()) if (start + i < all.length) all[start + i] = row;
    return new Rows(all);
  }

  /** The first range of unknown rows between two places, as whole pages; undefined if all are known. */
  gap(from: number, to: number): { readonly start: number; readonly limit: number } | undefined {
    const end = Math.min(to, this.all.length);
    for (let i = Math.max(0, from); i < end; i++) {
      if (this.all[i] !== undefined) continue;
      const start = Math.max(0, i - pageLength / 4);
      return { start, limit: pageLength };
    }
    return undefined;
  }
}

/** How many mails one request asks for. */
export const pageLength = 100;
/** How far down a mail may be that is reported as new though a page brought it already. */
const recent = 2 * pageLength;
