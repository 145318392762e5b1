import { type EnvoiError, misconfigured } from "../../../errors.ts";
import { shown } from "../../../text/shown.ts";

/** A whole number, or `Infinity`, of at least `least`. @throws EnvoiError of kind `"configuration"` */
export function count(field: string, value: unknown, standard: number, least: number): number {
  if (value === undefined) return standard;
  const whole = Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY;
  if (whole && (value as number) >= least) return value as number;
  throw refuseFault(field, `${shown(value)} is not a whole number of at least ${least}`);
}

/** `true` or `false`; `false` where nothing is said. @throws EnvoiError of kind `"configuration"` */
export function flag(field: string, value: unknown): boolean {
  if (value === undefined || typeof value === "boolean") return value ?? false;
  throw refuseFault(field, `${shown(value)} is neither true nor false`);
}

/** One of a few. @throws EnvoiError of kind `"configuration"` */
export function oneOf<T>(field: string, value: unknown, known: readonly T[]): T {
  if (known.includes(value as T)) return value as T;
  const all = known.filter((each) => each !== undefined).join(", ");
  throw refuseFault(field, `${shown(value)} is none of ${all}`);
}

/** Lines without their ends. @throws EnvoiError of kind `"configuration"` */
export function lines(field: string, value: unknown): readonly string[] {
  if (value === undefined) return [];
  const sound =
    Array.isArray(value) && value.every((line) => typeof line === "string" && !/[\0\r\n]/.test(line));
  if (!sound) throw refuseFault(field, "is a list of lines");
  return [...(value as string[])];
}

/** The error for a fault that makes no sense. */
export function refuseFault(field: string, reason?: string): EnvoiError {
  const problem = reason === undefined ? field : `${field}: ${reason}`;
  return misconfigured(`fault: ${problem}`);
}
