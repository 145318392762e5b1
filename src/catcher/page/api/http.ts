import { beginningOf } from "../ui/beginning.ts";

/** A request that failed. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  /** The status of HTTP; 0 if the catcher did not answer at all. */
  readonly status: number;

  /** Takes a sentence for people, and the status. */
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** The whole address of a path of the catcher. It is relative to the page, which may have a prefix before it. */
export function address(path: string): string {
  return new URL(path, document.baseURI).href;
}

/** Reads JSON. @throws RequestError */
export async function readJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await request("GET", path, undefined, signal);
  return (await response.json()) as T;
}

/** Reads text. @throws RequestError */
export async function readText(path: string, signal?: AbortSignal): Promise<string> {
  const response = await request("GET", path, undefined, signal);
  return response.text();
}

/** Sends JSON and returns the text of the answer. @throws RequestError */
export async function submit(
  method: "POST" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
): Promise<string> {
  const response = await request(method, path, body);
  return response.text();
}

async function request(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const text = body === undefined ? null : JSON.stringify(body);
  const answer = fetch(address(path), {
    method,
    signal: signal ?? null,
    headers: text === null ? {} : { "content-type": "application/json" },
    body: text,
    // A request that deletes must reach the catcher even if the page is being closed. Browsers limit its size.
    keepalive: method === "DELETE" && (text ?? "").length < 30_000,
  });
  const response = await answer.catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    throw new RequestError("The catcher does not answer.", 0);
  });
  if (response.ok) return response;
  throw new RequestError(await reason(response), response.status);
}

/** Errors are plain text or JSON. */
async function reason(response: Response): Promise<string> {
  const text = await response.text().catch(() => "");
  try {
    const { Error: plain, error } = JSON.parse(text) as {
      Error?: unknown;
      error?: { message?: unknown };
    };
    return String(plain ?? error?.message ?? text);
  } catch {
    return beginningOf(text, 500) || `The catcher answered ${response.status} ${response.statusText}.`;
  }
}
