/** What mailpit reports of the List-Unsubscribe field (RFC 2369, RFC 8058). */
export interface ListUnsubscribeJson {
  readonly Header: string;
  readonly Links: readonly string[];
  /** What is wrong with the field; empty if nothing is. */
  readonly Errors: string;
  /** The value of List-Unsubscribe-Post. */
  readonly HeaderPost: string;
}

/**
 * Reads a List-Unsubscribe field: at most one link to a mailbox and one to a page, each in angle brackets.
 *
 * @param post the value of List-Unsubscribe-Post.
 */
export function listUnsubscribe(value: string, post: string): ListUnsubscribeJson {
  if (value === "") return { Header: "", Links: [], Errors: "", HeaderPost: "" };
  const { links, errors } = readLinks(
    value
      .slice(0, LONGEST)
      .replace(/\([^()]*\)/g, "")
      .trim(),
  );
  return { Header: value, Links: links, Errors: errors.join(", "), HeaderPost: post };
}

interface Links {
  readonly links: readonly string[];
  readonly errors: readonly string[];
}

function readLinks(value: string): Links {
  const found = [...value.matchAll(/<([^<>]*)>/g)].map(([, link = ""]) => link);
  const only = (error: string): Links => ({ links: [], errors: [`"${value}" ${error}`] });
  if (found.length === 0) return only("no valid unsubscribe links found");
  if (!value.startsWith("<") || !value.endsWith(">")) return only("should be enclosed in <>");
  if (found.length > 2) return only("should include a maximum of one email and one HTTP link");
  const between = value.split(/<[^<>]*>/).slice(1, -1);
  if (between.some((text) => !/^\s*,\s*$/.test(text)))
    return only("<> should be split with a comma and optional spaces");
  const links: string[] = [];
  const errors: string[] = [];
  const kinds = new Set<string>();
  for (const link of found) {
    const error = wrongLink(link, kinds);
    if (error === undefined) links.push(link);
    else errors.push(`"${link}" ${error}`);
  }
  return { links, errors };
}

/** @param kinds those of the links before. */
function wrongLink(link: string, kinds: Set<string>): string | undefined {
  if (/\s/.test(link)) return "should not contain spaces";
  const kind = /^mailto:[a-z\d]/i.test(link)
    ? "mailto:"
    : /^https?:\/\/[a-z\d]/i.test(link)
      ? "HTTP link"
      : undefined;
  if (kind === undefined) return "should start with either http(s):// or mailto:";
  if (kinds.has(kind)) return `should only contain one ${kind}`;
  kinds.add(kind);
  return URL.canParse(link) ? undefined : "is not a valid URL";
}

const LONGEST = 10_000;
