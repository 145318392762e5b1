/** The header fields of an answer, by their names. */
export type HeaderFields = Readonly<Record<string, string>>;

/**
 * The header fields with which the view of a mail is served. They alone keep a mail from running or loading anything,
 * whatever is in it: {@link htmlView} is a second wall behind them.
 *
 * @param remote whether the images of other hosts are loaded
 */
export function viewHeaders({ remote }: { readonly remote: boolean }): HeaderFields {
  return {
    ...sealed,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": [
      "default-src 'none'",
      "style-src 'unsafe-inline'",
      `img-src data:${remote ? " http: https:" : ""}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'self'",
      // A link opens a tab that is not bound by the sandbox.
      "sandbox allow-popups allow-popups-to-escape-sandbox",
    ].join("; "),
  };
}

/** What all content of a mail is served with. */
export const sealed: HeaderFields = {
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  // A policy does not keep Chromium from looking up the hosts of links.
  "x-dns-prefetch-control": "off",
};
