import { useRef } from "preact/hooks";
import { type Resource, useResource } from "./use-resource.ts";

/** Like {@link useResource}, but what was read stays until the next is there: for what is read again and again. */
export function useKeptResource<T>(key: string, read: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const kept = useRef<Resource<T>>({ state: "loading" });
  const resource = useResource(key, read);
  if (resource.state !== "loading") kept.current = resource;
  return kept.current;
}
