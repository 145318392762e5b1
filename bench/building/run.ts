import process from "node:process";
import type { Cost } from "../report/cost.ts";

/** A mail to build: fields with the same names in envoi and nodemailer, and an attachment if there is one. */
export interface MailToBuild {
  readonly fields: {
    readonly from: string;
    readonly to: string | string[];
    readonly subject: string;
    readonly text: string;
    readonly html?: string;
  };
  readonly attached?: Buffer;
  /** Whether all mails share the attachment, and the mail is read piece by piece, as by a transport. */
  readonly shared?: boolean;
}

/** The mails to build, by name; each gets its own subject. No object is spread: that would take a tenth of the time. */
const mails: Readonly<Record<string, (number: number) => MailToBuild>> = {
  receipt: (number) => ({
    fields: { from, to, subject: `Deine Bestellung Nº ${number} – danke!`, text, html },
  }),
  attachment: (number) => ({
    fields: { from, to, subject: `Your film ${number}`, text: "Here it is.\n" },
    attached,
  }),
  recipients: (number) => ({
    fields: { from, to: many, subject: `To all ${number}`, text: "Hello.\n" },
  }),
  shared: (number) => ({
    fields: { from, to, subject: `Your film ${number}`, text },
    attached: film,
    shared: true,
  }),
};

const from = "Köln Versand <shop@example.com>";
const to = "Zoë Müller <jane@example.net>";
const many = Array.from({ length: 200 }, (_, index) => `"Müller, Zoë ${index}" <zoe${index}@example.net>`);
const sentence = "Grüße aus Köln, liebe Zoë! Deine 3 Gläser Quittengelee für 12,50 € sind unterwegs.";
const text = `${sentence}\n`.repeat(12);
const html = `<h1>Grüße aus Köln</h1>\n${`<p>${sentence}</p>\n`.repeat(20)}`;

/** Octets of the attachment. */
export const attachedSize = 20_000_000;
const pattern = "How quickly daft jumping zebras vex! ";
const attached: Buffer = Buffer.alloc(attachedSize, pattern);
const film: Buffer = Buffer.alloc(1_000_000, pattern);

/**
 * Builds mails in a process of its own, `MAIL WARM-UP COUNT` on its command line, and prints what they cost. The
 * warm-up is for the compiler, and is not measured.
 */
export async function run(build: (mail: MailToBuild) => unknown): Promise<void> {
  const [name = "", warmUp, count] = process.argv.slice(2);
  const mail = mails[name];
  if (mail === undefined) throw new Error(`There is no mail ${name}`);
  for (let number = 0; number < Number(warmUp); number++) await build(mail(number));
  const cpu = process.cpuUsage();
  const begun = performance.now();
  for (let number = 0; number < Number(count); number++) await build(mail(number));
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const cost: Cost = { count: Number(count), seconds, cpuSeconds: (user + system) / 1e6 };
  process.stdout.write(JSON.stringify(cost));
}

/** Reads all pieces of a mail, and counts their octets. */
export async function drained(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let octets = 0;
  for await (const piece of pieces) octets += piece.length;
  return octets;
}
