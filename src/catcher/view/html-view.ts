import { escaped } from "../html/escaped.ts";
import { type HtmlAttributes, type HtmlVisitor, readHtml } from "../html/html-reader.ts";
import { allowedAttributes, allowedElements, allowedInputs, controls } from "./allowed-html.ts";
import { ImageSources, type InlineImage } from "./image-sources.ts";
import { safeLink } from "./safe-link.ts";
import { type ColorScheme, safeStyle } from "./safe-style.ts";

/** How the HTML of a mail is shown. */
export interface HtmlViewOptions {
  /** The images of the mail by their Content-ID, without angle brackets. */
  readonly inline?: ReadonlyMap<string, InlineImage>;
  /** Whether the images of other hosts are loaded. They tell their hosts that the mail was opened. */
  readonly remote?: boolean;
  /** The colour scheme; by default that of the browser. */
  readonly scheme?: ColorScheme | undefined;
  /** Ends the work, because nobody waits for the view any more. */
  readonly signal?: AbortSignal | undefined;
}

/** The HTML of a mail, made safe to look at. */
export interface HtmlView {
  /** A whole page. Serve it with `viewHeaders`. */
  readonly html: string;
  /** The images of other hosts that the mail names, whether the page loads them or not. */
  readonly remote: readonly string[];
}

/**
 * Writes the HTML of a mail anew, so that it looks as it should, and does nothing. Only known elements and attributes
 * are written; links open a new tab, and images come out of the mail itself.
 *
 * Time and memory grow with the size of the HTML, however it is nested; what is large is written in slices. Styles of
 * more than a megabyte are left out: no mail program shows them.
 *
 * @throws the reason of the signal if it is aborted.
 */
export async function htmlView(html: string, options: HtmlViewOptions = {}): Promise<HtmlView> {
  const { inline = new Map(), remote = false, scheme, signal } = options;
  const images = new ImageSources(inline, remote);
  const writer = new ViewWriter(images, scheme);
  await readHtml(html, writer, signal);
  return { html: writer.finish(), remote: images.remote };
}

class ViewWriter implements HtmlVisitor {
  readonly #images: ImageSources;
  readonly #scheme: ColorScheme | undefined;
  /** What is written, and the last pieces of it. */
  #written = "";
  #pieces: string[];

  constructor(images: ImageSources, scheme: ColorScheme | undefined) {
    this.#images = images;
    this.#scheme = scheme;
    this.#pieces = [PROLOGUE];
  }

  text(characters: string): void {
    this.#write(escaped(characters));
  }

  open(name: string, attributes: HtmlAttributes): void {
    if (name === "meta") this.#writeColorScheme(attributes);
    if (!allowedElements.has(name)) return;
    const written = [...this.#attributes(name, attributes)];
    this.#write(`<${[name, ...written].join(" ")}>`);
  }

  close(name: string): void {
    if (allowedElements.has(name)) this.#write(`</${name}>`);
  }

  style(css: string, attributes: HtmlAttributes): void {
    const media = attributes.get("media");
    const condition = media === undefined ? "" : ` media="${escaped(this.#safeStyle(media))}"`;
    this.#write(`<style${condition}>${this.#safeStyle(css)}</style>`);
  }

  finish(): string {
    return this.#written + this.#pieces.join("");
  }

  /** Pieces are joined as they come, because to join a million of them at the end takes long. */
  #write(piece: string): void {
    if (this.#pieces.push(piece) < MOST_PIECES) return;
    this.#written += this.#pieces.join("");
    this.#pieces = [];
  }

  *#attributes(element: string, attributes: HtmlAttributes): Generator<string, void, void> {
    for (const [name, value] of attributes) {
      const safe = this.#value(element, name, value);
      if (safe !== undefined) yield `${name}="${escaped(safe)}"`;
    }
    if (element === "a" || element === "area") yield* linkAttributes(attributes.get("href") ?? "");
    if (element === "img" && !attributes.has("src")) yield* this.#firstOfSet(attributes.get("srcset"));
    if (element === "input" && allowedInputs.has(attributes.get("type")?.toLowerCase() ?? ""))
      yield `type="${attributes.get("type")?.toLowerCase()}"`;
    if (element === "button") yield 'type="button"';
    if (controls.has(element) && !attributes.has("disabled")) yield "disabled";
  }

  /** The value of an attribute. @returns `undefined` if the attribute is left out, or written elsewhere. */
  #value(element: string, name: string, value: string): string | undefined {
    if (allowedAttributes.has(name) || /^aria-[a-z]+$/.test(name)) return value;
    switch (name) {
      case "style":
        return this.#safeStyle(value);
      case "src":
        return element === "img" ? this.#images.resolve(value) : undefined;
      case "background":
        return this.#images.resolve(value);
      case "type":
        // That of a list; that of a control is written if it is harmless.
        return element === "ol" || element === "ul" || element === "li" ? value : undefined;
      case "for":
        return element === "label" ? value : undefined;
      default:
        return undefined;
    }
  }

  *#firstOfSet(srcset = ""): Generator<string, void, void> {
    const [first = ""] = srcset.trim().split(/\s|,(?=\s|$)/, 1);
    const safe = this.#images.resolve(first);
    if (safe !== undefined) yield `src="${escaped(safe)}"`;
  }

  /** Whether a mail can be shown in the dark is the only thing that a meta element may say. */
  #writeColorScheme(attributes: HtmlAttributes): void {
    if (attributes.get("name")?.toLowerCase() !== "color-scheme") return;
    const named = (attributes.get("content") ?? "").toLowerCase().match(/[a-z]+/g) ?? [];
    const schemes = named.filter((word) => /^(?:light|dark|only|normal)$/.test(word));
    const scheme = this.#scheme;
    const content = scheme !== undefined && schemes.includes(scheme) ? scheme : schemes.join(" ");
    this.#write(`<meta name="color-scheme" content="${content}">`);
  }

  #safeStyle(css: string): string {
    return css.length > MOST_STYLE ? "" : safeStyle(css, this.#images, this.#scheme);
  }
}

function* linkAttributes(href: string): Generator<string, void, void> {
  const safe = safeLink(href);
  if (safe === undefined) return;
  yield `href="${escaped(safe)}"`;
  // A place in the mail is not another page.
  if (!safe.startsWith("#")) yield 'target="_blank" rel="noopener noreferrer"';
}

/**
 * The tags of the mail come after these: browsers take the attributes of its html and body over. The root has no
 * background of its own: that of the body must fill the whole view.
 */
const PROLOGUE =
  '<!doctype html><html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">';

const MOST_PIECES = 4096;
/** How long a style sheet, or the styles of an element, may be. They are read in one piece. */
const MOST_STYLE = 1_048_576;
