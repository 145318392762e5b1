import { useEffect, useState } from "preact/hooks";

/** What is known of something that is being read. */
export type Resource<T> =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly value: T }
  | { readonly state: "failed"; readonly error: Error };

/** Reads something again whenever its key changes. What comes too late is dropped. */
export function useResource<T>(key: string, read: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [{ resource, of }, setResult] = useState<{ resource: Resource<T>; of: string }>({
    resource: { state: "loading" },
    of: key,
  });
  // The key says when it must be read again.
  useEffect(() => {
    const controller = new AbortController();
    const settle = (result: Resource<T>) => {
      if (!controller.signal.aborted) setResult({ resource: result, of: key });
    };
    read(controller.signal).then(
      (value) => settle({ state: "ready", value }),
      (error: unknown) =>
        settle({ state: "failed", error: error instanceof Error ? error : new Error(String(error)) }),
    );
    return () => controller.abort();
  }, [key]);
  // Until the effect runs, what is there belongs to the key before.
  return of === key ? resource : { state: "loading" };
}
