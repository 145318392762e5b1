import { isMethod, statedMethods } from "../mime/calendar-method.ts";
import { refuseUnknown } from "../mime/known-fields.ts";
import { MessageError, wrongField, wrongWord } from "../mime/message-error.ts";
import { SinglePart } from "../mime/single-part.ts";
import { Attachment } from "./attachment.ts";

/** Options of a calendar. */
export interface CalendarOptions {
  /** What the reader is asked to do, such as `REQUEST` (RFC 5546). Not needed if the calendar states it. */
  readonly method?: string | undefined;
  /**
   * Also attaches the calendar as a file, for readers that do not show invitations; a string is the name of the file.
   */
  readonly attach?: boolean | string | undefined;
}

/** A calendar as parts of a message. */
export interface CalendarParts {
  readonly alternative: SinglePart;
  readonly file: Attachment | undefined;
}

/**
 * Makes the parts of an invitation that readers recognise: Content-Type and the calendar both state the method
 * (RFC 6047 section 2.4). If only the option states it, it is added to the calendar.
 *
 * @throws MessageError if the text is not a calendar, or its method is missing or differs from the option.
 */
export function calendarParts(given: string, options: CalendarOptions): CalendarParts {
  const field = "calendar";
  refuseUnknown(options, { method: true, attach: true }, field);
  // Some programs write a byte order mark or empty lines first, which readers do not understand.
  const ics = typeof given === "string" ? given.replace(/^(?:\ufeff|[ \t]*\r?\n)*/, "") : "";
  if (
    typeof given !== "string" ||
    !begin.test(ics) ||
    !/\nEND:VCALENDAR$/i.test(ics.slice(-1000).trimEnd())
  ) {
    throw wrongField(field, "a text from BEGIN:VCALENDAR to END:VCALENDAR", given);
  }
  const stated = statedMethod(ics, field);
  const method = (options.method ?? stated)?.toUpperCase();
  if (method === undefined) {
    throw wrongField(field, 'a method, such as "REQUEST" for an invitation', method);
  }
  if (!isMethod(method)) throw wrongWord(field, "1 to 40 letters, digits and hyphens", method);
  if (stated !== undefined && stated !== method) {
    throw wrongWord(field, `${stated}, which the calendar states`, method);
  }
  const text = stated === undefined ? ics.replace(begin, `$&METHOD:${method}\r\n`) : ics;
  const { attach = false } = options;
  if (typeof attach !== "boolean" && typeof attach !== "string") {
    throw wrongField(`${field}.attach`, "true, false or the name of the file", attach);
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
  throw new MessageError(`${field}: expected one METHOD, got ${methods.slice(0, 5).join(" and ")}`, {
    field,
  });
}

/** RFC 5545 section 3.1. */
function crlf(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}
