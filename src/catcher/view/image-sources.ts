/** An image that is part of the mail. */
export interface InlineImage {
  /** The media type, in lower case. */
  readonly type: string;
  /** The bytes. */
  readonly content: Uint8Array;
}

/**
 * Decides what the images of a view show. Images of the mail itself become `data:` URLs, so that the view needs nothing
 * from anywhere. Images of other hosts are counted, and loaded only if somebody has asked for them.
 */
export class ImageSources {
  readonly #inline: ReadonlyMap<string, InlineImage>;
  readonly #allowRemote: boolean;
  readonly #remote = new Set<string>();
  readonly #made = new Map<string, string>();
  #room = MOST_OCTETS;

  /** @param inline the images of the mail by their Content-ID, without angle brackets */
  constructor(inline: ReadonlyMap<string, InlineImage>, allowRemote: boolean) {
    this.#inline = inline;
    this.#allowRemote = allowRemote;
  }

  /** The images of other hosts that the mail names, whether they are loaded or not. */
  get remote(): readonly string[] {
    return [...this.#remote];
  }

  /** The URL that the view loads. @returns `undefined` if it loads nothing. */
  resolve(source: string): string | undefined {
    const text = source.trim();
    const absolute = /^[\\/]{2}/.test(text) ? `https:${text}` : text;
    if (!URL.canParse(absolute)) return undefined;
    const url = new URL(absolute);
    switch (url.protocol) {
      case "cid:":
        return this.#embedded(url.href.slice("cid:".length));
      case "data:":
        return isImageData(url.href) && this.#takeRoom(url.href.length) ? url.href : undefined;
      case "http:":
      case "https:":
        if (this.#remote.size < MOST_REMOTE) this.#remote.add(url.href);
        return this.#allowRemote ? url.href : undefined;
      default:
        return undefined;
    }
  }

  #embedded(id: string): string | undefined {
    const image = this.#inline.get(id) ?? this.#inline.get(decoded(id));
    if (image === undefined || !rasterTypes.has(image.type)) return undefined;
    if (!this.#takeRoom(Math.ceil(image.content.length / 3) * 4)) return undefined;
    const made = this.#made.get(id) ?? dataUrl(image);
    this.#made.set(id, made);
    return made;
  }

  #takeRoom(octets: number): boolean {
    if (octets > this.#room) return false;
    this.#room -= octets;
    return true;
  }
}

/** The images that cannot contain anything else. */
export const rasterTypes: ReadonlySet<string> = new Set(
  "avif bmp gif jpeg jpg pjpeg png vnd.microsoft.icon webp x-icon x-png"
    .split(" ")
    .map((type) => `image/${type}`),
);

function isImageData(url: string): boolean {
  const [, type = ""] = /^data:([^;,]*)/i.exec(url) ?? [];
  return rasterTypes.has(type.trim().toLowerCase());
}

function dataUrl({ type, content }: InlineImage): string {
  const { buffer, byteOffset, byteLength } = content;
  return `data:${type};base64,${Buffer.from(buffer, byteOffset, byteLength).toString("base64")}`;
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** How many octets of images are in a view: one image may be shown a thousand times. */
const MOST_OCTETS = 32 * 1_048_576;
const MOST_REMOTE = 10_000;
