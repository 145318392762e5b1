// The package brings no types of its own. Only a default import works from an ES module.
declare module "sax" {
  /** A parser that calls these functions as it reads. What they throw, `write` throws. */
  interface SaxParser {
    onerror: (error: Error) => void;
    ondoctype: (text: string) => void;
    onopentagstart: () => void;
    onattribute: () => void;
    onopentag: (tag: {
      readonly name: string;
      readonly attributes: Readonly<Record<string, string>>;
    }) => void;
    onclosetag: (name: string) => void;
    ontext: (text: string) => void;
    oncdata: (text: string) => void;
    write(text: string): SaxParser;
    close(): SaxParser;
  }
  const sax: {
    /** @param strict refuses what is not well-formed */
    parser(strict: boolean, options: { readonly position: boolean }): SaxParser;
  };
  // biome-ignore lint/style/noDefaultExport: it is how the package exports
  export default sax;
}
