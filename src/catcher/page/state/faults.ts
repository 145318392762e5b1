import { signal } from "@preact/signals";
import { type ListedFault, readFaults } from "../api/lab.ts";
import { attempt } from "./notices.ts";

/** The faults of the server. */
export const faults = signal<readonly ListedFault[]>([]);

/** Reads the faults again. */
export async function refreshFaults(): Promise<void> {
  faults.value = (await attempt(readFaults())) ?? faults.value;
}
