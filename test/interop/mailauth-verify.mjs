/**
 * What mailauth, in its strict mode, says about signed mails: reads `{ mails, records }` from standard input, prints the
 * result of the first signature of each. It needs a later line of Node than this project, so it runs as a process.
 */
import { createRequire } from "node:module";
import process from "node:process";
import { text } from "node:stream/consumers";

const { dkimVerify } = createRequire(process.argv[2])("mailauth/lib/dkim/verify");
const { mails, records } = JSON.parse(await text(process.stdin));

async function resolver(name, type) {
  const record = type === "TXT" ? records[name.toLowerCase().replace(/\.$/, "")] : undefined;
  if (record === "temporary") throw Object.assign(new Error("no answer"), { code: "ETIMEOUT" });
  if (record === undefined || record === null) throw Object.assign(new Error("none"), { code: "ENOTFOUND" });
  return [[record]];
}

const verdicts = [];
for (const mail of mails) {
  const { results } = await dkimVerify(Buffer.from(mail, "base64"), { resolver, strict: true });
  const { result, comment } = results[0]?.status ?? { result: "none" };
  verdicts.push(comment === undefined || result === "pass" ? result : `${result} ${comment}`);
}
process.stdout.write(JSON.stringify(verdicts));
