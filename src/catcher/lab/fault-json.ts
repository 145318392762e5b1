import { Reply } from "../../protocol/reply.ts";
import type { Fault } from "../../testing/faults/definition/fault.ts";
import { LabError, shownValue } from "./lab-error.ts";

/**
 * The fault that plain data describes. In its condition, `"/.../i"` is a regular expression.
 *
 * @throws LabError for what is not an object, or not a regular expression.
 */
export function faultOf(given: unknown): Fault {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new LabError({
      field: "fault",
      expected: "an object such as { at, reply }",
      got: shownValue(given),
    });
  const { when } = given as { readonly when?: unknown };
  if (typeof when !== "object" || when === null) return { ...given } as Fault;
  const read = Object.entries(when).map(([name, value]) => [name, patternOf(name, value)]);
  return { ...given, when: Object.fromEntries(read) } as Fault;
}

function patternOf(name: string, value: unknown): unknown {
  if (typeof value !== "string" || (name !== "recipient" && name !== "sender")) return value;
  const [, source, flags = ""] = /^\/(.+)\/([imsu]*)$/s.exec(value) ?? [];
  if (source === undefined) return value;
  try {
    return new RegExp(source, flags);
  } catch {
    throw new LabError({
      field: `fault.when.${name}`,
      expected: "a regular expression",
      got: shownValue(value),
    });
  }
}

/** The plain data of a fault, also of one that a program has added with what JSON does not have. */
export function describedFault(fault: Fault): unknown {
  return described(fault);
}

function described(value: unknown): unknown {
  if (value instanceof RegExp || value instanceof Reply) return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  if (typeof value === "function") return "[function]";
  if (Array.isArray(value)) return value.map(described);
  if (typeof value !== "object" || value === null)
    return value === Number.POSITIVE_INFINITY ? "Infinity" : value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, described(each)]));
}
