/** A link of a document to another of the repository, or to a section of it. */
export interface Link {
  readonly line: number;
  /** The path as it is written; empty for a section of the document itself. */
  readonly path: string;
  readonly section: string | undefined;
}

/** The links of a Markdown text that lead to files of the repository. */
export function linksOf(text: string): Link[] {
  return [...withoutCode(text).matchAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map((match) => {
    const [, path = "", section] = match;
    return { line: text.slice(0, match.index).split("\n").length, path, section };
  });
}

/** The names by which the sections of a Markdown text are linked to, as GitHub makes them of headings. */
export function sectionsOf(text: string): Set<string> {
  const headings = withoutCode(text).matchAll(/^#{1,6} (.*)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

/** The same text, with blanks instead of code blocks. */
function withoutCode(text: string): string {
  return text.replace(/^ *```[\s\S]*?^ *```/gm, (code) => code.replace(/[^\n]/g, " "));
}
