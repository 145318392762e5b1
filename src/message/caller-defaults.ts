import { readPairs } from "../mime/pairs.ts";
import type { OneOrMore } from "../text/options/one-or-more.ts";
import { Message } from "./message.ts";
import { type MessageFields, readFields } from "./message-fields.ts";

type HeaderPair = readonly [name: string, value: OneOrMore<string>];

/** The fields of a message, those given by name apart. */
interface Split {
  readonly fields: Omit<MessageFields, "headers">;
  readonly headers: readonly HeaderPair[];
}

/** Fields that a message has unless it has its own. */
export class CallerDefaults {
  readonly #defaults: Split;

  private constructor(defaults: Split) {
    this.#defaults = defaults;
  }

  /** No defaults. */
  static readonly none: CallerDefaults = new CallerDefaults({ fields: {}, headers: [] });

  /**
   * These and further defaults, which count instead of those of the same name. Later changes of the object do not
   * count.
   *
   * @throws MessageError or AddressError if a field is unknown or not possible.
   */
  and(fields: MessageFields): CallerDefaults {
    readFields(Message.builder(), fields);
    return new CallerDefaults(this.#merged(fields));
  }

  /**
   * The fields of a message with the defaults that it does not have itself. `undefined` does not count as having one. A
   * header field counts by its name in any case, and is the same as the field that writes it: `{ "Reply-To": ... }` in
   * `headers` replaces a default `replyTo`. A body as a whole replaces a default text and HTML, and the other way
   * round.
   */
  under(fields: MessageFields): MessageFields {
    // What is not an object, or is a builder, is refused when the message is built.
    if (this === CallerDefaults.none || typeof fields !== "object" || fields === null || "build" in fields)
      return fields;
    const { fields: merged, headers } = this.#merged(fields);
    return { ...merged, headers: new Set(headers) };
  }

  #merged(given: MessageFields): Split {
    const own = split(given);
    const taken = new Set([...Object.keys(own.fields), ...own.headers.map(([name]) => fieldOf(name))]);
    if (taken.has("body")) for (const part of partsOfBody) taken.add(part);
    else if (partsOfBody.some((part) => taken.has(part))) taken.add("body");
    const { fields, headers } = this.#defaults;
    const free = Object.entries(fields).filter(([name]) => !taken.has(name));
    return {
      fields: { ...Object.fromEntries(free), ...own.fields },
      headers: [...headers.filter(([name]) => !taken.has(fieldOf(name))), ...own.headers],
    };
  }
}

/** What `body` excludes. */
const partsOfBody: readonly (keyof MessageFields)[] = ["text", "html", "alternative", "calendar"];

function split({ headers, ...fields }: MessageFields): Split {
  const set = Object.entries(fields).filter(([, value]) => value !== undefined);
  const copies = set.map(([name, value]) => [name, Array.isArray(value) ? [...value] : value]);
  return {
    fields: Object.fromEntries(copies),
    headers: headers === undefined ? [] : readPairs(headers, "headers"),
  };
}

/** The field of a message that writes a header field, if there is one: `replyTo` for `Reply-To`. */
function fieldOf(header: unknown): string {
  const name = String(header).toLowerCase();
  if (name === "importance" || name === "x-priority") return "priority";
  if (name === "list-unsubscribe-post") return "listUnsubscribe";
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
