import { randomUUID } from "node:crypto";

/** A new id for a mail: random, 25 digits and small letters, so it is a name of a file on every system. */
export function newMailId(): string {
  const digits = randomUUID().replaceAll("-", "");
  return BigInt(`0x${digits}`).toString(36).padStart(LENGTH, "0");
}

/** Whether a text can be the id of a mail. */
export function isMailId(text: string): boolean {
  return /^[0-9a-z]{25}$/.test(text);
}

/** 36 ** 25 is more than 2 ** 128. */
const LENGTH = 25;
