/** A file of the page, as it is served. */
export interface PageFile {
  /** The value of the field Content-Type. */
  readonly type: string;
  /** The content. */
  readonly text: string;
}

/**
 * The Content-Security-Policy of the page. The page asks only its own server, and runs only the script of the build.
 * Mails are shown in a frame, which has a stricter policy of its own.
 */
export const pagePolicy: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The paths of the page. */
export const pagePaths: readonly string[] = ["/", "/page.js", "/page.css", "/icon.svg"];

/** Returns the file of the page at a path such as `/` or `/page.js`, and undefined if the page has no such file. */
export async function pageFile(path: string): Promise<PageFile | undefined> {
  // Its strings are needed only if somebody looks at the page.
  const { files } = await import("./built-page.js");
  const name = path === "/" ? "/index.html" : path;
  return Object.hasOwn(files, name) ? files[name] : undefined;
}
