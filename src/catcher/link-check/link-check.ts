import type { LinkProbe, LinkResult } from "./link-probe.ts";

/** Which links of a mail work, as mailpit reports it. */
export interface LinkCheckJson {
  /** How many do not. */
  readonly Errors: number;
  readonly Links: readonly LinkJson[];
}

/** A link, and what became of it. */
export interface LinkJson {
  readonly URL: string;
  /** 0 if there was no answer. */
  readonly StatusCode: number;
  readonly Status: string;
}

/**
 * Checks links, a few at a time. What is not checked after a minute counts as not answered.
 *
 * @param signal ends the check.
 */
export async function checkLinks(
  links: readonly string[],
  probe: LinkProbe,
  { follow, signal }: { readonly follow: boolean; readonly signal: AbortSignal },
): Promise<LinkCheckJson> {
  const ends = AbortSignal.any([signal, AbortSignal.timeout(LONGEST)]);
  const results = new Map<string, LinkResult>();
  const waiting = [...links];
  const worker = async (): Promise<void> => {
    for (let link = waiting.shift(); link !== undefined; link = waiting.shift())
      results.set(link, await probe.probe(link, follow, ends));
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  const checked = links.map((link) => {
    const { status, text } = results.get(link) ?? { status: 0, text: "timed out" };
    return { URL: link, StatusCode: status, Status: text };
  });
  return {
    Errors: checked.filter(({ StatusCode }) => StatusCode === 0 || StatusCode >= 400).length,
    Links: checked,
  };
}

const WORKERS = 6;

/** How long a check may take, in milliseconds. */
const LONGEST = 60_000;
