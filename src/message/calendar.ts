import { isMethod, statedMethods } from "../mime/calendar-method.ts";
import { refuseUnknown } from "../mime/known-fields.ts";
import { MessageError } from "../mime/message-error.ts";
import { SinglePart } from "../mime/single-part.ts";
import { Attachment } from "./attachment.ts";

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
export function calendarParts(given: string, options: CalendarOptions): CalendarParts {
  const field = "calendar";
  refuseUnknown(options, ["method", "attach"], field);
  // Programs that write calendars put a byte order mark or empty lines there, and readers do not know what to make of
  // it.
  const ics = typeof given === "string" ? given.replace(/^\ufeff?(?:[ \t]*\r?\n)*/, "") : "";
  if (
    typeof given !== "string" ||
    !begin.test(ics) ||
    !/\nEND:VCALENDAR$/i.test(ics.slice(-1000).trimEnd())
  ) {
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
  if (!isMethod(method)) throw new MessageError(`${field}: the method is no name`, { field });
  if (stated !== undefined && stated !== method) {
    throw new MessageError(`${field}: the method given is ${method}, but the calendar says ${stated}`, {
      field,
    });
  }
  const text = stated === undefined ? ics.replace(begin, `$&METHOD:${method}\r\n`) : ics;
  const { attach = false } = options;
  if (typeof attach !== "boolean" && typeof attach !== "string") {
    const problem = "expected true, false or the name of the file";
    throw new MessageError(`${field}.attach: ${problem}, got ${typeof attach}`, { field: `${field}.attach` });
  }
  const name = attach === true ? "invite.ics" : attach === false ? undefined : attach;
  return {
    alternative: SinglePart.text(text, { type: `text/calendar; method=${method}` }, field),
    // As text/calendar, Outlook would show it as a second invitation.
    file: name === undefined ? undefined : Attachment.fromBytes(name, crlf(text), "application/ics"),
  };
}

const begin = /^BEGIN:VCALENDAR[ \t]*\r?\n/i;

/** The METHOD that the calendar states. */
function statedMethod(ics: string, field: string): string | undefined {
  const methods = statedMethods(ics);
  if (methods.length < 2) return methods[0];
  throw new MessageError(`${field}: the calendar says ${methods.slice(0, 5).join(" and ")}`, { field });
}

/** RFC 5545 section 3.1. */
function crlf(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}
