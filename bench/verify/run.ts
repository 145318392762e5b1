import { generateKeyPairSync } from "node:crypto";
import process from "node:process";
import { DkimSigner, Message } from "envoi";
import type { Answer, RecordType } from "envoi/verify";
import type { Cost } from "../report/cost.ts";

/** The mail that is verified, 10 kB of text with a signature, and where it came from. */
export interface MailToVerify {
  readonly octets: Buffer;
  readonly origin: { readonly ip: string; readonly hello: string; readonly from: string };
  /** DNS that knows all answers already. */
  readonly dns: WarmDns;
}

/** Answers at once, in the form of either contender. */
export class WarmDns {
  readonly #records: ReadonlyMap<string, readonly string[]>;

  constructor(records: Readonly<Record<string, string>>) {
    this.#records = new Map(Object.entries(records).map(([name, text]) => [name, [text]]));
  }

  /** As envoi asks. */
  async resolve(name: string, type: RecordType): Promise<Answer> {
    const records = this.#records.get(`${type} ${name}`);
    return records === undefined ? { outcome: "no-name" } : { outcome: "found", records };
  }

  /** As node:dns answers. */
  readonly asNode = async (name: string, type: string): Promise<unknown[]> => {
    const records = this.#records.get(`${type} ${name}`);
    if (records === undefined) throw Object.assign(new Error(`${type} ${name}`), { code: "ENOTFOUND" });
    return type === "TXT" ? records.map((text) => [text]) : [...records];
  };
}

/** How many are verified at a time. */
const atOnce = 8;

/** Verifies the same mail again and again as a process of its own, `WARM-UP COUNT`, and prints what it cost. */
export async function run(prepare: (mail: MailToVerify) => () => Promise<boolean>): Promise<void> {
  const [warmUp, count] = process.argv.slice(2).map(Number);
  const verify = prepare(await mailToVerify());
  await times(verify, warmUp ?? 0);
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await times(verify, count ?? 0);
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const cost: Cost = { count: count ?? 0, seconds, cpuSeconds: (user + system) / 1e6 };
  process.stdout.write(JSON.stringify(cost));
}

async function times(verify: () => Promise<boolean>, count: number): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) if (!(await verify())) throw new Error("DMARC did not pass");
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function mailToVerify(): Promise<MailToVerify> {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const signing = { domain: "example.com", selector: "2026", key: privateKey } as const;
  const text = "Your order is on its way. It will be with you within three days, weather allowing.\n".repeat(
    118,
  );
  const octets = await Message.builder()
    .from("Shop <shop@example.com>")
    .to("jane@example.net")
    .subject("Your order")
    .text(text)
    .sign(DkimSigner.create(signing))
    .build()
    .bytes();
  const { name, value } = DkimSigner.record(signing);
  const dns = new WarmDns({
    [`TXT ${name}`]: value,
    "TXT example.com": "v=spf1 ip4:198.51.100.0/24 ip4:192.0.2.0/24 -all",
    "TXT _dmarc.example.com": "v=DMARC1; p=reject; rua=mailto:dmarc@example.com",
    "TXT mail.example.com": "v=spf1 a -all",
    "A mail.example.com": "192.0.2.1",
  });
  return { octets, origin: { ip: "192.0.2.1", hello: "mail.example.com", from: "shop@example.com" }, dns };
}
