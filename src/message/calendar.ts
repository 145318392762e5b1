import { MessageError } from "../mime/message-error.ts";
import { SinglePart } from "../mime/single-part.ts";
import { Attachment } from "./attachment.ts";
import { refuseUnknown } from "./known-fields.ts";

/** What a calendar part says beside its content. */
export interface CalendarOptions {
  /** What is asked of the reader, such as `REQUEST` (RFC 5546). Not needed where the calendar says it itself. */
  readonly method?: string | undefined;
  /** Adds the same calendar as a file, for readers that show no invitation; a string is its name. */
  readonly attach?: boolean | string | undefined;
}

/** A calendar as parts of a message. */
export interface CalendarParts {
  readonly alternative: SinglePart;
  readonly file: Attachment | undefined;
}

/**
 * The parts of an invitation that readers recognise: the method stands in Content-Type and in the calendar itself
 * (RFC 6047 section 2.4), where it is put if only the option says it.
 *
 * @throws MessageError if it is no calendar, or its method is missing or is not the one given.
 */
export function calendarParts(ics: string, options: CalendarOptions): CalendarParts {
  const field = "calendar";
  refuseUnknown(options, ["method", "attach"], field);
  if (typeof ics !== "string" || !begin.test(ics) || !/\nEND:VCALENDAR$/i.test(ics.slice(-1000).trimEnd())) {
    throw new MessageError(`${field}: a text from BEGIN:VCALENDAR to END:VCALENDAR is expected`, { field });
  }
  const stated = statedMethod(ics, field);
  const method = (options.method ?? stated)?.toUpperCase();
  if (method === undefined) {
    throw new MessageError(
      `${field}: no reader takes a calendar without a method for an invitation: give { method: "REQUEST" }`,
      { field },
    );
  }
  if (!/^[A-Z-]{1,40}$/.test(method)) throw new MessageError(`${field}: the method is no name`, { field });
  if (stated !== undefined && stated !== method) {
    throw new MessageError(`${field}: the method given is ${method}, but the calendar says ${stated}`, {
      field,
    });
  }
  const text = stated === undefined ? ics.replace(begin, `$&METHOD:${method}\r\n`) : ics;
  const name = options.attach === true ? "invite.ics" : options.attach || undefined;
  return {
    alternative: SinglePart.text(text, { type: `text/calendar; method=${method}` }, field),
    // As text/calendar, Outlook would show it as a second invitation.
    file: name === undefined ? undefined : Attachment.fromBytes(name, crlf(text), "application/ics"),
  };
}

const begin = /^BEGIN:VCALENDAR[ \t]*\r?\n/i;

/** The METHOD of a calendar (RFC 5545 section 3.7.2), read over folded lines. */
function statedMethod(ics: string, field: string): string | undefined {
  const lines = ics.replace(/\r?\n[ \t]/g, "");
  const found = Array.from(lines.matchAll(/^METHOD(?:;[^:\r\n]*)?:(.*)$/gim), ([, value = ""]) =>
    value.trim().toUpperCase(),
  );
  const [method] = found;
  if (found.every((other) => other === method)) return method;
  throw new MessageError(`${field}: the calendar says ${found.slice(0, 5).join(" and ")}`, { field });
}

/** RFC 5545 section 3.1. */
function crlf(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}
