import { Catcher, type CatcherOptions } from "envoi/catcher";

/** A catcher, and requests to its lab. */
export interface LabClient extends AsyncDisposable {
  readonly catcher: Catcher;
  /** Sends a request, below `/api/lab`. */
  ask(path: string, method?: string, body?: unknown, signal?: AbortSignal): Promise<Response>;
  /** The JSON of an answer that must be a success. */
  get<T>(path: string): Promise<T>;
}

/** Starts a catcher for a test. */
export async function startLab(options: CatcherOptions = {}): Promise<LabClient> {
  const catcher = await Catcher.start(options);
  const ask: LabClient["ask"] = (path, method = "GET", body, signal) =>
    fetch(`${catcher.url}/api/lab${path}`, {
      method,
      ...(signal && { signal }),
      ...(body !== undefined && {
        headers: { "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    });
  return {
    catcher,
    ask,
    async get<T>(path: string): Promise<T> {
      const answer = await ask(path);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
      return JSON.parse(text) as T;
    },
    [Symbol.asyncDispose]: () => catcher.close(),
  };
}
