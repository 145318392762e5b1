import { signal } from "@preact/signals";

/** What is shown over the page. */
export type Overlay = "shortcuts" | "search-help" | "palette" | "release" | "tags" | "delete-all" | "menu";

/** What is shown over the page now. */
export const overlay = signal<Overlay | undefined>(undefined);

/** Closes what is shown over the page. */
export function closeOverlay(): void {
  overlay.value = undefined;
}

/** Shows something over the page, instead of what is there. */
export function openOverlay(next: Overlay): void {
  overlay.value = next;
}
