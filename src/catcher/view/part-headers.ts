import { rasterTypes } from "./image-sources.ts";
import { type HeaderFields, sealed } from "./view-policy.ts";

/**
 * The header fields with which a part of a mail is served, so that it runs nothing. Text and images are shown; anything
 * else is saved, and its type is hidden from the browser.
 *
 * @param type the media type, as the mail names it. @param charset that of text. @param name the file name, in any form
 */
export function partHeaders(part: {
  readonly type: string;
  readonly charset?: string | undefined;
  readonly name?: string | undefined;
}): HeaderFields {
  const { type, charset = "utf-8", name = "" } = part;
  const isText = type === "text/plain";
  const shown = isText || rasterTypes.has(type);
  const label = /^[\w.:-]{1,40}$/.test(charset) ? charset : "utf-8";
  return {
    ...sealed,
    "content-type": isText ? `text/plain; charset=${label}` : shown ? type : "application/octet-stream",
    "content-disposition": disposition(shown ? "inline" : "attachment", name),
    "content-security-policy": "default-src 'none'; frame-ancestors 'self'; sandbox",
  };
}

/** A Content-Disposition field (RFC 6266), with the name in ASCII, and as it is (RFC 8187). */
export function disposition(kind: "inline" | "attachment", name: string): string {
  const file = fileName(name);
  if (file === "") return kind;
  const plain = file
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replace(/[^ !#$&+\-.\w^`{}~()@,;=[\]]/g, "_");
  const encoded = encodeURIComponent(file).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"${plain === file ? "" : `; filename*=UTF-8''${encoded}`}`;
}

/**
 * A file name that is safe on every system: without folders, controls, characters that turn the direction of text, or
 * dots at its ends.
 */
export function fileName(name: string): string {
  const last =
    name
      .replace(/\p{Cs}/gu, "")
      .split(/[\\/]/)
      .at(-1) ?? "";
  const visible = last.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").replace(/[<>:"|?*]/g, "_");
  const short = [...visible.trim()].slice(0, 200).join("");
  return short.replace(/^[.\s]+|[.\s]+$/g, "");
}
