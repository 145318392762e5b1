/** A piece of TypeScript in the documentation, with the number of its first line. */
export interface Snippet {
  readonly path: string;
  readonly line: number;
  readonly code: string;
}

const inMarkdown = /^(?<margin> *)```ts\n(?<code>[\s\S]*?)^ *```/gm;
const inDocstring = /^(?<margin> *\* )```ts\n(?<code>[\s\S]*?)^ *\* ```/gm;

/** The snippets marked `ts` in a Markdown file, or in the docstrings of a source file. */
export function snippetsOf(path: string, text: string): Snippet[] {
  return [...text.matchAll(path.endsWith(".md") ? inMarkdown : inDocstring)].map((match) => {
    const { margin = "", code = "" } = match.groups ?? {};
    const lines = code.split("\n").map((line) => line.slice(margin.length));
    return { path, line: text.slice(0, match.index).split("\n").length + 1, code: lines.join("\n") };
  });
}

/** The module to import a name from: the first in the list that exports it. */
export interface Source {
  readonly specifier: string;
  /** Its text, in which every export is written out by name. */
  readonly declarations: string;
}

/**
 * The snippet as a module that compiles, its code from line 2 on. One that imports something stands alone, as a
 * reader will copy it. Any other is a fragment: the names it uses and does not declare come from `sources`.
 */
export function moduleOf({ code }: Snippet, sources: readonly Source[]): string {
  if (/^import /m.test(code)) return `\n${code}`;
  const wanted = new Set([...code.matchAll(/(?<![\w$])(?<!(?<!\.\.)\.)[A-Za-z_]\w*/g)].map(([name]) => name));
  for (const name of declaredIn(code)) wanted.delete(name);
  const imports = sources.flatMap(({ specifier, declarations }) => {
    const names = exportsOf(declarations).filter((name) => wanted.delete(name));
    return names.length > 0 ? [`import { ${names.join(", ")} } from "${specifier}";`] : [];
  });
  return `${imports.join(" ")} export {};\n${code}`;
}

function declaredIn(code: string): string[] {
  return [
    ...code.matchAll(/\b(?:const|let|using|class|function|interface|type)\s+(\w+|\{[^}]*\}|\[[^\]]*\])/g),
  ].flatMap(([, names = ""]) => names.match(/\w+/g) ?? []);
}

function exportsOf(declarations: string): string[] {
  const single =
    /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|using|class|function|interface|type) (\w+)/gm;
  const lists = /^export (?:type )?\{([^}]*)\}/gm;
  return [
    ...[...declarations.matchAll(single)].map(([, name = ""]) => name),
    ...[...declarations.matchAll(lists)].flatMap(([, list = ""]) =>
      list.split(",").flatMap((item) => /(\w+)\s*$/.exec(item)?.[1] ?? []),
    ),
  ];
}
