// The package brings no types of its own. Only a default import works from an ES module.
declare module "punycode.js" {
  const punycode: {
    /** RFC 3492 label by label, without any mapping. Throws a RangeError on what cannot be encoded. */
    toASCII(domain: string): string;
    /** The reverse. Throws a RangeError on what cannot be decoded. */
    toUnicode(domain: string): string;
  };
  // biome-ignore lint/style/noDefaultExport: it is how the package exports
  export default punycode;
}
