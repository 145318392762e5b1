import { generateKeyPairSync, type KeyObject } from "node:crypto";
import process from "node:process";
import { Message } from "envoi";
import type { Cost } from "../report/cost.ts";

/** The mail to sign, 4 kB of text, and the key. */
export interface MailToSign {
  readonly message: Message;
  readonly octets: Buffer;
  readonly key: KeyObject;
}

const keys: Readonly<Record<string, () => KeyObject>> = {
  rsa: () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
  ed25519: () => generateKeyPairSync("ed25519").privateKey,
};

/** Signs the same mail again and again in a process of its own, `KEY WARM-UP COUNT`, and prints the cost. */
export async function run(prepare: (mail: MailToSign) => () => unknown): Promise<void> {
  const [name = "", warmUp, count] = process.argv.slice(2);
  const key = keys[name]?.();
  if (key === undefined) throw new Error(`There is no key ${name}`);
  const text = "Your order is on its way. It will be with you within three days, weather allowing.\n".repeat(
    48,
  );
  const people = { from: "shop@example.com", to: "jane@example.net", subject: "Your order" };
  const message = Message.create({ ...people, text });
  const sign = prepare({ message, octets: message.formatted(), key });
  for (let times = 0; times < Number(warmUp); times++) await sign();
  const cpu = process.cpuUsage();
  const begun = performance.now();
  for (let times = 0; times < Number(count); times++) await sign();
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const cost: Cost = { count: Number(count), seconds, cpuSeconds: (user + system) / 1e6 };
  process.stdout.write(JSON.stringify(cost));
}
