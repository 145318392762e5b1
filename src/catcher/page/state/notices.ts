import { signal } from "@preact/signals";

/** A short message at the bottom of the page. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  /** `error` stays until it is closed. */
  readonly kind: "info" | "error";
  /** A button, such as Undo. */
  readonly action?: { readonly label: string; run(): void } | undefined;
}

/** The notices that are shown, the newest last. */
export const notices = signal<readonly Notice[]>([]);

/** What screen readers announce next. */
export const announcement = signal("");

let last = 0;

/** Shows a notice for a while. */
export function notify(text: string, action?: Notice["action"], ms = 6_000): number {
  const id = ++last;
  show({ id, text, kind: "info", action });
  setTimeout(() => dismiss(id), ms);
  return id;
}

/** Shows what went wrong until somebody closes it. */
export function notifyError(error: unknown): void {
  if (error instanceof DOMException && error.name === "AbortError") return;
  const text = error instanceof Error ? error.message : String(error);
  if (notices.value.some((notice) => notice.kind === "error" && notice.text === text)) return;
  show({ id: ++last, text, kind: "error" });
}

/** Removes a notice. */
export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Runs a piece of work, and shows its error if it fails. */
export async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    notifyError(error);
    return undefined;
  }
}

function show(notice: Notice): void {
  notices.value = [...notices.value.slice(-3), notice];
}
